SELECT
    cancellation.id,
    cancellation.reason,
    cancellation.proposed_by,
    cancellation.proposed_at,
    cancellation.outcome,
    cancellation.decided_at,
    lower(cancellation.serials) AS first_number,
    upper(cancellation.serials) - 1 AS last_number
FROM registry_cancellation AS cancellation
WHERE
    (%(id)s::bigint IS NULL OR cancellation.id = %(id)s)
    AND (%(id)s::bigint IS NOT NULL OR cancellation.outcome IS NULL)
ORDER BY cancellation.id;
