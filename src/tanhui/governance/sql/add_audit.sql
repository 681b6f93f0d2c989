-- One row, which waits for the chain from the moment it is committed.
WITH told AS (
    INSERT INTO governance_audit (id, at, actor, action, subject, facts, mac)
    VALUES (
        %(id)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(facts)s::jsonb, %(mac)s
    )
    RETURNING id
)

INSERT INTO governance_audit_waiting (audit_id)
SELECT told.id
FROM told;
