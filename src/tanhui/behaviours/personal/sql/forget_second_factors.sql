-- Of a device that once was a second factor nothing is left but that there was one.
WITH gone AS (
    DELETE FROM identity_recoverycode
    WHERE
        factor_id IN (
            SELECT factor.id
            FROM identity_secondfactor AS factor
            WHERE factor.person_id = %(person_id)s
        )
)

UPDATE identity_secondfactor
SET
    secret_sealed = NULL,
    ended_at = %(at)s
WHERE person_id = %(person_id)s AND ended_at IS NULL;
