SELECT
    report.id,
    report.cause_id,
    report.happened_on,
    report.quantity,
    report.unit_zh,
    report.unit_en,
    report.text_zh,
    report.text_en,
    report.at,
    array(
        SELECT photo.file_id
        FROM rewards_cause_photo AS photo
        WHERE photo.report_id = report.id
        ORDER BY photo.number
    ) AS photos
FROM rewards_cause_report AS report
WHERE %(cause_id)s::bigint IS NULL OR report.cause_id = %(cause_id)s
ORDER BY report.happened_on DESC, report.id DESC;
