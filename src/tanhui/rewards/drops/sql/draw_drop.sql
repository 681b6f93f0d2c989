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
FROM rewards_draw_drop(
    %(drop_id)s::bigint, %(seed)s::bytea, %(numbers)s::integer[], %(at)s::timestamptz
);
