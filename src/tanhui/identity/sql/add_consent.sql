INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)
VALUES (
    %(person_id)s, %(purpose)s, %(partner_id)s, %(event)s, %(text_id)s, %(channel)s, %(at)s
);
