-- New links, in order, and the rows no longer wait.
WITH given AS (
    SELECT
        unnest(%(places)s::bigint[]) AS place,
        unnest(%(numbers)s::bigint[]) AS audit_id,
        unnest(%(ends)s::bytea[]) AS link_hash
),

link AS (
    INSERT INTO governance_audit_chain (place, audit_id, hash)
    SELECT
        given.place,
        given.audit_id,
        given.link_hash
    FROM given
    RETURNING audit_id
)

DELETE FROM governance_audit_waiting AS waiting
USING link
WHERE waiting.audit_id = link.audit_id;
