-- Drafts whose latest agreement the owner has signed and the operator has not, the oldest first.
SELECT agreement.project_id
FROM projects_agreement AS agreement
INNER JOIN projects_project AS project ON agreement.project_id = project.id
INNER JOIN projects_signature AS own
    ON
        agreement.project_id = own.project_id
        AND agreement.number = own.number
        AND own.party = 'owner'
WHERE
    project.state IN ('draft', 'returned')
    AND agreement.number = (
        SELECT max(later.number)
        FROM projects_agreement AS later
        WHERE later.project_id = agreement.project_id
    )
    AND NOT EXISTS (
        SELECT
        FROM projects_signature AS other
        WHERE
            other.project_id = agreement.project_id
            AND other.number = agreement.number
            AND other.party = 'operator'
    )
ORDER BY own.at, agreement.project_id
LIMIT %(rows_max)s;
