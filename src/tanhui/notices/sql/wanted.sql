SELECT
    purpose.name,
    way.channel
FROM unnest(%(purposes)s::text[]) AS purpose (name)
CROSS JOIN LATERAL notices_wanted(%(person_id)s, purpose.name) AS way (channel);
