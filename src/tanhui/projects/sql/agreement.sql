-- The latest text of a project's agreement, with who signed it.
SELECT
    agreement.number,
    agreement.parties,
    agreement.terms,
    agreement.sha256,
    agreement.at,
    lower(agreement.term) AS first,
    upper(agreement.term) - 1 AS last,
    coalesce(
        (
            SELECT
                jsonb_agg(
                    jsonb_build_object(
                        'party', signature.party,
                        'person_id', signature.person_id,
                        'organisation_id', signature.organisation_id,
                        'at', signature.at
                    ) ORDER BY signature.at
                )
            FROM projects_signature AS signature
            WHERE
                signature.project_id = agreement.project_id
                AND signature.number = agreement.number
        ),
        '[]'
    ) AS signed
FROM projects_agreement AS agreement
WHERE agreement.project_id = %(project_id)s
ORDER BY agreement.number DESC
LIMIT 1;
