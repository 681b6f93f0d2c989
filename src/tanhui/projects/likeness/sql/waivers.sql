SELECT
    waiver.other,
    waiver.score,
    waiver.words,
    waiver.person_id,
    waiver.outbox_id,
    waiver.at
FROM projects_likeness_waiver AS waiver
WHERE waiver.project_id = %(id)s
ORDER BY waiver.at, waiver.other;
