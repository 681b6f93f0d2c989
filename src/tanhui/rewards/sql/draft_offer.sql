SELECT rewards_draft_offer(
    %(merchant_id)s::integer, %(fields)s::jsonb, %(at)s::timestamptz
) AS code;
