-- The last event of each purpose of one person, and when the present state began to be told.
SELECT DISTINCT ON (told.purpose, told.partner_id)
    told.purpose,
    told.partner_id,
    told.event,
    told.channel,
    told.at,
    shown.version,
    shown.digest,
    shown.text_zh,
    shown.text_en
FROM identity_consent AS told
INNER JOIN identity_consent_text AS shown ON shown.id = told.text_id
WHERE told.person_id = %(person_id)s
ORDER BY told.purpose ASC, told.partner_id ASC, told.id DESC;
