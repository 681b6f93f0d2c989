SELECT
    moved.first_number,
    moved.last_number,
    moved.account_id,
    moved.target_id
FROM registry_move(
    %(event_id)s, %(kind)s, %(at)s, %(actor)s, %(organisation_id)s, %(reference)s, %(facts)s,
    %(holders)s::integer[], %(projects)s::text[], %(vintages)s::smallint[], %(kgs)s::bigint[],
    %(transfer_ids)s::uuid[], %(target)s, %(pool)s::smallint, %(phase)s::smallint,
    %(to_state)s, %(reason)s::smallint
) AS moved;
