SELECT rewards_set_picture(%(code)s::text, %(picture_id)s::uuid);
