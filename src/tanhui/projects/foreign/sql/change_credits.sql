-- The same blocks told otherwise; how they were told before is kept.
WITH told AS (
    SELECT listed.*
    FROM
        jsonb_to_recordset(%(credits)s::jsonb) AS listed (
            id bigint, on_day date, account text, beneficiary text, reason text, note text,
            digest text
        )
),

noted AS (
    INSERT INTO projects_foreign_change (project_id, credit_id, import_id, before)
    SELECT
        credit.project_id,
        credit.id,
        %(import_id)s,
        to_jsonb(credit) AS before
    FROM projects_foreign_credit AS credit
    INNER JOIN told ON told.id = credit.id
)

UPDATE projects_foreign_credit AS credit
SET
    on_day = told.on_day,
    account = told.account,
    beneficiary = told.beneficiary,
    reason = told.reason,
    note = told.note,
    digest = decode(told.digest, 'hex')
FROM told
WHERE credit.id = told.id;
