-- As `move`, with what a certificate tells of each range, and with the number that it gets.
SELECT
    moved.first_number,
    moved.last_number,
    moved.account_id,
    moved.target_id,
    project.code,
    project.name_zh,
    project.name_en,
    issuance.vintage,
    issuance.said ->> 'methodology' AS methodology,
    issuance.said ->> 'digest' AS digest,
    (SELECT nextval('registry_retirement_serial_seq')) AS serial
FROM
    registry_move(
        %(event_id)s, %(kind)s, %(at)s, %(actor)s, %(organisation_id)s, %(reference)s, %(facts)s,
        %(holders)s::integer[], %(projects)s::text[], %(vintages)s::smallint[], %(kgs)s::bigint[],
        %(transfer_ids)s::uuid[], %(target)s, %(pool)s::smallint, %(phase)s::smallint,
        %(to_state)s, %(reason)s::smallint
    ) AS moved
INNER JOIN registry_issuance AS issuance ON moved.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
ORDER BY moved.first_number;
