SELECT rewards_lock_offer(%(code)s::text);
