INSERT INTO projects_foreign_credit (
    project_id, kind, kg, buffer_kg, series_id, serial, vintage, vintage_first, vintage_last,
    on_day, account, beneficiary, reason, note, import_id, serials, digest
)
SELECT
    told.project_id,
    told.kind,
    told.kg,
    told.buffer_kg,
    told.series_id,
    told.serial,
    told.vintage,
    told.vintage_first,
    told.vintage_last,
    told.on_day,
    told.account,
    told.beneficiary,
    told.reason,
    told.note,
    %(import_id)s,
    CASE
        WHEN told.series_id IS NOT NULL THEN int8range(told.first, told.last, '[]')
    END AS serials,
    decode(told.digest, 'hex') AS digest
FROM
    jsonb_to_recordset(%(credits)s::jsonb) AS told (
        project_id bigint, kind text, kg bigint, buffer_kg bigint, series_id bigint, first bigint,
        last bigint, serial text, vintage smallint, vintage_first date, vintage_last date,
        on_day date, account text, beneficiary text, reason text, note text, digest text
    );
