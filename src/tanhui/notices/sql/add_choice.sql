-- Adds choices that differ from the last word.
INSERT INTO notices_choice (person_id, purpose, channel, wanted, at)
SELECT
    %(person_id)s,
    given.purpose,
    given.channel,
    given.wanted,
    %(at)s
FROM
    unnest(
        %(purposes)s::text[], %(channels)s::text[], %(wanted)s::boolean[]
    ) AS given (purpose, channel, wanted)
WHERE
    given.wanted IS DISTINCT FROM (
        given.channel IN (
            SELECT way.channel
            FROM notices_wanted(%(person_id)s, given.purpose) AS way (channel)
        )
    )
RETURNING purpose;
