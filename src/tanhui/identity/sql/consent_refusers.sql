-- Everyone whose last word on a purpose is not yes.
SELECT DISTINCT refused.person_id
FROM identity_consent AS refused
WHERE
    refused.event <> 'given'
    AND refused.purpose = %(purpose)s
    AND refused.partner_id = %(partner_id)s
    AND NOT EXISTS (
        SELECT 1
        FROM identity_consent AS later
        WHERE
            later.person_id = refused.person_id
            AND later.purpose = refused.purpose
            AND later.partner_id = refused.partner_id
            AND later.id > refused.id
            AND later.event = 'given'
    );
