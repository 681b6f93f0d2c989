SELECT rewards_change_offer(%(code)s::text, %(fields)s::jsonb);
