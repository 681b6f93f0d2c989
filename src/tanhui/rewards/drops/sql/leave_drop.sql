SELECT rewards_leave_drop(
    %(citizen_id)s::bigint, %(redemption_id)s::uuid, %(at)s::timestamptz
);
