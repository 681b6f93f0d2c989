-- Blocks that were still held when they were told of, and of which a later file tells more: they
-- end, and what of them the later file does not tell of stays held under its own numbers.
WITH ended AS (
    UPDATE projects_foreign_credit AS credit
    SET live = FALSE
    WHERE credit.id = any(%(ids)s) AND credit.live AND credit.kind = 'holding'
    RETURNING credit.*
),

told AS (
    SELECT
        listed.series_id,
        range_agg(int8range(listed.first, listed.last, '[]')) AS taken
    FROM
        jsonb_to_recordset(%(blocks)s::jsonb) AS listed (
            place integer, issued boolean, series_id bigint, first bigint, last bigint
        )
    WHERE NOT listed.issued
    GROUP BY listed.series_id
)

INSERT INTO projects_foreign_credit (
    project_id, kind, series_id, serials, serial, vintage, vintage_first, vintage_last, on_day,
    account, beneficiary, reason, note, digest, import_id, kg
)
SELECT
    ended.project_id,
    ended.kind,
    ended.series_id,
    rest.serials,
    ended.serial,
    ended.vintage,
    ended.vintage_first,
    ended.vintage_last,
    ended.on_day,
    ended.account,
    ended.beneficiary,
    ended.reason,
    ended.note,
    ended.digest,
    %(import_id)s,
    1000 * (upper(rest.serials) - lower(rest.serials)) AS kg
FROM ended
INNER JOIN told ON told.series_id = ended.series_id
CROSS JOIN LATERAL unnest(int8multirange(ended.serials) - told.taken) AS rest (serials);
