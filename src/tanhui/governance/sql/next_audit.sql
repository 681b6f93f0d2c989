-- The facts of a new row as the database will tell them, and the row's number.
SELECT
    %(facts)s::jsonb::text AS facts,
    nextval('governance_audit_id_seq') AS id;
