SELECT
    moved.first_number,
    moved.last_number,
    moved.account_id,
    moved.target_id
FROM registry_end_hold(
    %(event_id)s, %(kind)s, %(at)s, %(actor)s, %(organisation_id)s, %(facts)s, %(hold_id)s,
    %(resolution_ids)s::uuid[], %(phase)s::smallint, %(to_state)s
) AS moved;
