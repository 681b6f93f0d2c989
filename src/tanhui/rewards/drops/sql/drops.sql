SELECT
    id,
    code,
    offer_id,
    batch_id,
    units,
    opens_at,
    closes_at,
    waiting_max,
    state,
    made_at,
    seed_sealed,
    commitment,
    entered,
    entries,
    tickets,
    entries_digest,
    seed,
    closed_at,
    drawn_at,
    ended_at,
    reason
FROM rewards_drop
WHERE
    (%(code)s::text IS NULL OR code = %(code)s::text)
    AND (%(ids)s::bigint[] IS NULL OR id = any(%(ids)s::bigint[]))
    AND (cardinality(%(states)s::text[]) = 0 OR state = any(%(states)s::text[]))
ORDER BY closes_at DESC, id DESC;
