-- Gives older rows their codes once, as the owner; each then waits for the chain.
WITH given AS (
    SELECT
        unnest(%(numbers)s::bigint[]) AS id,
        unnest(%(codes)s::bytea[]) AS mac
),

coded AS (
    UPDATE governance_audit AS told
    SET mac = given.mac
    FROM given
    WHERE told.id = given.id
    RETURNING told.id
)

INSERT INTO governance_audit_waiting (audit_id)
SELECT coded.id
FROM coded;
