SELECT
    waiver.project,
    waiver.until_day,
    waiver.words,
    waiver.person_id,
    waiver.outbox_id,
    waiver.at
FROM claims_area_waiver AS waiver
WHERE waiver.project = %(project)s;
