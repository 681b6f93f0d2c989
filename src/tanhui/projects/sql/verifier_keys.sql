-- The keys of a verification body, also revoked ones, the oldest first.
SELECT
    own.id,
    own.organisation_id,
    own.key_id,
    own.vkey,
    own.outbox_id,
    own.since,
    own.revoked_at
FROM projects_verifier_key AS own
WHERE own.organisation_id = %(of)s
ORDER BY own.id;
