SELECT
    moved.first_number,
    moved.last_number,
    moved.account_id,
    moved.target_id
FROM registry_issue(
    %(event_id)s, %(at)s, %(actor)s, %(facts)s, %(period_id)s, %(project_id)s,
    %(vintage)s::smallint, %(holder)s, %(kg)s, %(buffer_kg)s, %(cap_kg)s,
    %(transfer_ids)s::uuid[], %(said)s, %(verifier_key)s, %(signature)s
) AS moved;
