-- By which references' digests a person's deeds are known, of each partner.
SELECT
    behaviour.partner_id,
    array_agg(behaviour.reference_digest) AS digests,
    min(chunk.recorded_at) AS since
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
WHERE behaviour.citizen_id = %(person_id)s
GROUP BY behaviour.partner_id;
