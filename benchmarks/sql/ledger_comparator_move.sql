SELECT comparator_move(
    %(id)s, %(from_account_id)s, %(to_account_id)s, %(amount)s, %(event_at)s
);
