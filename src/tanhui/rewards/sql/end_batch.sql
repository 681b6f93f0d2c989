SELECT rewards_end_batch(
    %(batch_id)s::bigint, %(transfer_id)s::uuid, %(reason)s::smallint, %(at)s::timestamptz
) AS units;
