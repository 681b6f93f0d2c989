SELECT rewards_move_offer(
    %(code)s::text, %(from_state)s::text, %(to_state)s::text, %(approver_id)s::bigint,
    %(publisher_id)s::bigint, %(at)s::timestamptz
);
