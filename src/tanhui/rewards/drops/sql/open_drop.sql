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
FROM rewards_open_drop(
    %(offer_code)s::text, %(batch_id)s::bigint, %(opens_at)s::timestamptz,
    %(closes_at)s::timestamptz, %(waiting_max)s::smallint, %(seed_sealed)s::bytea,
    %(commitment)s::bytea, %(vkeys)s::text[], %(digests)s::bytea[], %(at)s::timestamptz
);
