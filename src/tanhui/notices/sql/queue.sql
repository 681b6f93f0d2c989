-- Adds notices that are new to their key, and their sendings by every way that the person chose.
-- Nobody who closed the account is told anything.
WITH given AS (
    SELECT told.*
    FROM
        unnest(
            %(person_ids)s::bigint[], %(ids)s::uuid[], %(templates)s::text[], %(versions)s::text[],
            %(purposes)s::text[], %(urgents)s::boolean[], %(keys)s::text[], %(links)s::text[],
            %(facts)s::bytea[]
        ) AS told (person_id, id, template, version, purpose, urgent, key, link, facts)
    INNER JOIN identity_person AS person ON person.id = told.person_id
    WHERE person.erased_at IS NULL
),

fresh AS (
    INSERT INTO notices_message (
        person_id, id, template, version, purpose, urgent, key, link, facts_sealed, at
    )
    SELECT
        given.person_id,
        given.id,
        given.template,
        given.version,
        given.purpose,
        given.urgent,
        given.key,
        given.link,
        given.facts,
        %(at)s
    FROM given
    ON CONFLICT ON CONSTRAINT notices_message_once DO NOTHING
    RETURNING person_id, id, purpose, urgent
),

outward AS (
    INSERT INTO notices_sending (person_id, message_id, channel, purpose, urgent, at, due_at)
    SELECT
        fresh.person_id,
        fresh.id,
        way.channel,
        fresh.purpose,
        fresh.urgent,
        %(at)s,
        CASE WHEN fresh.urgent THEN %(at)s ELSE %(not_before)s END AS due_at
    FROM fresh
    CROSS JOIN LATERAL notices_wanted(fresh.person_id, fresh.purpose) AS way (channel)
    RETURNING person_id
)

SELECT
    (SELECT count(*) FROM fresh) AS told,
    (SELECT count(*) FROM outward) AS outward;
