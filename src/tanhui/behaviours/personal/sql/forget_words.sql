SELECT behaviours_forget_words(%(person_id)s);
