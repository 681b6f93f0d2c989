-- Notes where a person is reached; an identifier of WeChat is one person's, the last who proved it.
WITH gone AS (
    DELETE FROM notices_address
    WHERE
        channel = 'subscribe'
        AND channel = %(channel)s
        AND address_index = any(%(indexes)s)
        AND person_id <> %(person_id)s
)

INSERT INTO notices_address (person_id, channel, address_sealed, address_index, proved_at)
VALUES (%(person_id)s, %(channel)s, %(sealed)s, %(index)s, %(at)s)
ON CONFLICT (person_id, channel) DO UPDATE SET
    address_sealed = excluded.address_sealed,
    address_index = excluded.address_index,
    proved_at = excluded.proved_at;
