SELECT notices_forget(%(person_id)s);
