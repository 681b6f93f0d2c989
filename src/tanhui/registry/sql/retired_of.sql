-- How often a holder retired credits for good, and how many kilograms.
SELECT
    count(*) AS certificates,
    coalesce(sum(kg), 0)::bigint AS kg
FROM registry_retirement
WHERE organisation_id = %(organisation_id)s AND state = 'retired';
