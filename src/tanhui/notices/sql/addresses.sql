-- Where a person is reached: by the log-in phone, and by what was proved.
SELECT
    'sms' AS channel,
    person.phone_sealed AS sealed,
    person.registered_at AS proved_at
FROM identity_person AS person
WHERE person.id = %(person_id)s AND person.phone_sealed IS NOT NULL
UNION ALL
SELECT
    address.channel,
    address.address_sealed,
    address.proved_at
FROM notices_address AS address
WHERE address.person_id = %(person_id)s;
