DELETE FROM notices_address AS address
WHERE
    address.channel = %(channel)s
    AND address.person_id = %(person_id)s
RETURNING address.id;
