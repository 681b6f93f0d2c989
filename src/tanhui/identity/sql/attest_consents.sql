-- What somebody else collected from many persons. Whoever has said anything of this purpose here
-- is left as is: a partner never speaks over the person.
INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)
SELECT DISTINCT
    item.person_id,
    %(purpose)s,
    %(partner_id)s::integer AS partner_id,
    'given' AS event,
    %(text_id)s::smallint AS text_id,
    %(channel)s,
    %(at)s::timestamptz AS said_at
FROM unnest(%(person_ids)s) AS item (person_id)
WHERE NOT EXISTS (
    SELECT 1
    FROM identity_consent AS known
    WHERE
        known.person_id = item.person_id
        AND known.purpose = %(purpose)s
        AND known.partner_id = %(partner_id)s
);
