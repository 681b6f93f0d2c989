-- Posts a batch of transfers, one named result per item, in the order given.
--
-- The accounts are locked first, in id order, and their balances kept; the second statement then
-- sees every transfer that earlier holders of those locks have committed. Debits of one account are
-- taken in order: the first that does not fit is refused and so is every later one of that account
-- in the batch (no overtaking). What the batch credits or releases is available from the next on.
--
-- A batch is small beside the books. Its rows are hashed, and what it needs of the books is probed
-- row by row through an index (LATERAL), whatever the statistics of a young database say.
CREATE FUNCTION ledger_post(
    p_ids uuid[],
    p_phases smallint[],
    p_debit_holder_ids bigint[],
    p_debit_kinds smallint[],
    p_credit_holder_ids bigint[],
    p_credit_kinds smallint[],
    p_amounts bigint[],
    p_pending_ids uuid[],
    p_expires_at timestamptz[],
    p_reasons smallint[],
    p_recorded_at timestamptz
)
RETURNS text[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_nestloop = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    -- Amounts and account totals are bounded (see below) so that no sum of a batch overflows.
    c_items_max CONSTANT integer := 8192;
    c_amount_max CONSTANT bigint := 1000000000000000;
    c_credits_max CONSTANT bigint := 1000000000000000000;
    v_holder_ids bigint[];
    v_kinds smallint[];
    v_available bigint[];
    v_credited bigint[];
    -- Where the locked rows lie: they stay there until this transaction rewrites them.
    v_places tid[];
    v_results text[];
    v_missed bigint;
BEGIN
    IF (cardinality(p_ids) = ALL(ARRAY[
        cardinality(p_phases), cardinality(p_debit_holder_ids), cardinality(p_debit_kinds),
        cardinality(p_credit_holder_ids), cardinality(p_credit_kinds), cardinality(p_amounts),
        cardinality(p_pending_ids), cardinality(p_expires_at), cardinality(p_reasons)
    ])) IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(p_ids) > c_items_max THEN
        RAISE EXCEPTION 'batch_too_large' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT
        array_agg(account.holder_id),
        array_agg(account.kind),
        array_agg(account.available),
        array_agg(account.credited),
        array_agg(account.place)
    INTO v_holder_ids, v_kinds, v_available, v_credited, v_places
    FROM (
        SELECT side.holder_id, side.kind
        FROM unnest(p_debit_holder_ids, p_debit_kinds) AS side (holder_id, kind)
        UNION
        SELECT side.holder_id, side.kind
        FROM unnest(p_credit_holder_ids, p_credit_kinds) AS side (holder_id, kind)
        UNION
        SELECT side.holder_id, side.kind
        FROM unnest(p_pending_ids) AS item (pending_id)
        CROSS JOIN LATERAL (
            SELECT held.*
            FROM ledger_transfer AS held
            WHERE held.id = item.pending_id
            LIMIT 1
        ) AS held
        CROSS JOIN LATERAL (
            VALUES
            (held.debit_holder_id, held.debit_kind),
            (held.credit_holder_id, held.credit_kind)
        ) AS side (holder_id, kind)
        WHERE item.pending_id IS NOT NULL
        ORDER BY holder_id, kind
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT
            book.holder_id,
            book.kind,
            book.credits_posted - book.debits_posted - book.debits_pending AS available,
            book.credits_posted + book.credits_pending AS credited,
            book.ctid AS place
        FROM ledger_account AS book
        WHERE book.holder_id = touched.holder_id AND book.kind = touched.kind
        FOR NO KEY UPDATE
    ) AS account;

    WITH account AS MATERIALIZED (
        SELECT locked.*
        FROM unnest(v_holder_ids, v_kinds, v_available, v_credited, v_places)
            AS locked (holder_id, kind, available, credited, place)
    ),

    item AS MATERIALIZED (
        SELECT
            raw.ordinal,
            raw.id,
            raw.phase,
            raw.pending_id,
            raw.expires_at,
            raw.reason,
            coalesce(held.debit_holder_id, raw.debit_holder_id) AS debit_holder_id,
            coalesce(held.debit_kind, raw.debit_kind) AS debit_kind,
            coalesce(held.credit_holder_id, raw.credit_holder_id) AS credit_holder_id,
            coalesce(held.credit_kind, raw.credit_kind) AS credit_kind,
            coalesce(held.amount, raw.amount) AS amount,
            held.id AS held_id,
            held.expires_at AS held_until,
            row_number() OVER (PARTITION BY raw.id ORDER BY raw.ordinal) AS occurrence
        FROM unnest(
            p_ids, p_phases, p_debit_holder_ids, p_debit_kinds, p_credit_holder_ids,
            p_credit_kinds, p_amounts, p_pending_ids, p_expires_at, p_reasons
        ) WITH ORDINALITY AS raw (
            id, phase, debit_holder_id, debit_kind, credit_holder_id,
            credit_kind, amount, pending_id, expires_at, reason, ordinal
        )
        LEFT JOIN LATERAL (
            SELECT reservation.*
            FROM ledger_transfer AS reservation
            WHERE reservation.id = raw.pending_id AND reservation.phase = 1 AND raw.phase >= 2
            LIMIT 1
        ) AS held ON TRUE
    ),

    examined AS MATERIALIZED (
        SELECT
            item.*,
            debit.pooled AS debit_pooled,
            debit_account.available,
            debit_account.place AS debit_place,
            credit_account.place AS credit_place,
            CASE
                WHEN item.occurrence > 1 THEN 'id_repeated_in_batch'
                WHEN old.id IS NOT NULL THEN
                    CASE
                        WHEN old.phase <> item.phase THEN 'exists_with_different_phase'
                        WHEN old.pending_id IS DISTINCT FROM item.pending_id
                            THEN 'exists_with_different_pending_id'
                        WHEN
                            (old.debit_holder_id, old.debit_kind)
                            IS DISTINCT FROM (item.debit_holder_id, item.debit_kind)
                            THEN 'exists_with_different_debit_account'
                        WHEN
                            (old.credit_holder_id, old.credit_kind)
                            IS DISTINCT FROM (item.credit_holder_id, item.credit_kind)
                            THEN 'exists_with_different_credit_account'
                        WHEN old.amount IS DISTINCT FROM item.amount
                            THEN 'exists_with_different_amount'
                        WHEN old.expires_at IS DISTINCT FROM item.expires_at
                            THEN 'exists_with_different_expires_at'
                        WHEN old.reason IS DISTINCT FROM item.reason
                            THEN 'exists_with_different_reason'
                        ELSE 'exists'
                    END
                WHEN item.phase >= 2 THEN
                    CASE
                        WHEN
                            item.held_id IS NULL
                            -- It was committed after the accounts were locked, thus without them.
                            OR (NOT debit.pooled AND debit_account.place IS NULL)
                            OR (NOT credit.pooled AND credit_account.place IS NULL)
                            THEN 'pending_not_found'
                        WHEN resolved.phase = 2 THEN 'pending_already_posted'
                        WHEN resolved.phase = 3 THEN 'pending_already_voided'
                        WHEN resolved.phase = 4 THEN 'pending_already_expired'
                        WHEN item.phase = 2 AND item.held_until <= p_recorded_at
                            THEN 'pending_expired'
                        WHEN item.phase = 4 AND (
                            item.held_until IS NULL OR item.held_until > p_recorded_at
                        ) THEN 'pending_not_due'
                        ELSE 'ok'
                    END
                WHEN (item.amount > 0) IS NOT TRUE THEN 'amount_must_be_positive'
                WHEN item.amount > c_amount_max THEN 'amount_too_large'
                WHEN
                    item.debit_holder_id = item.credit_holder_id
                    AND item.debit_kind = item.credit_kind
                    THEN 'accounts_must_be_different'
                WHEN debit.kind IS NULL OR credit.kind IS NULL THEN 'unknown_kind'
                WHEN debit.asset <> credit.asset THEN 'assets_must_match'
                WHEN item.debit_kind = 1 AND item.credit_kind = 1
                    THEN 'points_stay_with_their_person'
                WHEN NOT debit.pooled AND debit_account.place IS NULL
                    THEN 'debit_account_not_found'
                WHEN NOT credit.pooled AND credit_account.place IS NULL
                    THEN 'credit_account_not_found'
                WHEN item.expires_at IS NOT NULL AND item.phase = 0 THEN 'expiry_needs_pending'
                WHEN item.expires_at <= p_recorded_at THEN 'expires_in_the_past'
                WHEN credit_account.credited > c_credits_max THEN 'credit_account_full'
                ELSE 'ok'
            END AS verdict
        FROM item
        LEFT JOIN LATERAL (
            SELECT same.*
            FROM ledger_transfer AS same
            WHERE same.id = item.id
            LIMIT 1
        ) AS old ON TRUE
        LEFT JOIN LATERAL (
            SELECT resolution.phase
            FROM ledger_transfer AS resolution
            WHERE
                resolution.id = (
                    SELECT ended.resolution_id
                    FROM ledger_resolution AS ended
                    WHERE ended.pending_id = item.pending_id
                )
            LIMIT 1
        ) AS resolved ON TRUE
        LEFT JOIN ledger_kind AS debit ON debit.kind = item.debit_kind
        LEFT JOIN ledger_kind AS credit ON credit.kind = item.credit_kind
        LEFT JOIN account AS debit_account
            ON
                debit_account.holder_id = item.debit_holder_id
                AND debit_account.kind = item.debit_kind
        LEFT JOIN account AS credit_account
            ON
                credit_account.holder_id = item.credit_holder_id
                AND credit_account.kind = item.credit_kind
    ),

    -- One window does for both: an end of a reservation stands with the other ends of the same
    -- one, and a debit, which ends nothing, with the other debits of its account.
    decided AS MATERIALIZED (
        SELECT
            examined.*,
            CASE
                WHEN examined.verdict <> 'ok' THEN examined.verdict
                WHEN examined.phase >= 2 AND row_number() OVER rival > 1
                    THEN 'pending_resolved_in_batch'
                WHEN examined.phase <= 1 AND NOT examined.debit_pooled
                    AND examined.available < sum(examined.amount) OVER rival
                    THEN 'exceeds_balance'
                ELSE 'ok'
            END AS result
        FROM examined
        WINDOW rival AS (
            PARTITION BY
                examined.pending_id, examined.debit_holder_id, examined.debit_kind,
                examined.verdict = 'ok'
            ORDER BY examined.ordinal
        )
    ),

    inserted AS (
        INSERT INTO ledger_transfer (
            id, phase, debit_holder_id, debit_kind, credit_holder_id, credit_kind,
            amount, pending_id, expires_at, reason, recorded_at
        )
        SELECT
            decided.id, decided.phase, decided.debit_holder_id, decided.debit_kind,
            decided.credit_holder_id, decided.credit_kind, decided.amount,
            decided.pending_id, decided.expires_at, decided.reason, p_recorded_at
        FROM decided
        WHERE decided.result = 'ok'
        ORDER BY decided.id
    ),

    ended AS (
        INSERT INTO ledger_resolution (pending_id, resolution_id)
        SELECT
            decided.pending_id,
            decided.id
        FROM decided
        WHERE decided.result = 'ok' AND decided.phase >= 2
    ),

    ending AS (
        INSERT INTO ledger_expiry (pending_id, expires_at)
        SELECT
            decided.id,
            decided.expires_at
        FROM decided
        WHERE decided.result = 'ok' AND decided.expires_at IS NOT NULL
    ),

    closed AS (
        DELETE FROM ledger_expiry AS expiry
        WHERE expiry.pending_id = ANY(
            ARRAY(
                SELECT decided.pending_id
                FROM decided
                WHERE decided.result = 'ok' AND decided.phase >= 2
            )
        )
    ),

    delta AS MATERIALIZED (
        SELECT
            side.holder_id,
            side.kind,
            side.place,
            sum(side.is_debit * side.pending) AS debits_pending,
            sum(side.is_debit * side.posted) AS debits_posted,
            sum((1 - side.is_debit) * side.pending) AS credits_pending,
            sum((1 - side.is_debit) * side.posted) AS credits_posted
        FROM (
            SELECT
                leg.holder_id,
                leg.kind,
                leg.place,
                leg.is_debit,
                CASE
                    WHEN decided.phase = 1 THEN decided.amount
                    WHEN decided.phase >= 2 THEN -decided.amount
                    ELSE 0
                END AS pending,
                CASE WHEN decided.phase IN (0, 2) THEN decided.amount ELSE 0 END AS posted
            FROM decided
            CROSS JOIN LATERAL (
                VALUES
                (decided.debit_holder_id, decided.debit_kind, decided.debit_place, 1),
                (decided.credit_holder_id, decided.credit_kind, decided.credit_place, 0)
            ) AS leg (holder_id, kind, place, is_debit)
            WHERE decided.result = 'ok'
        ) AS side
        GROUP BY side.holder_id, side.kind, side.place
    ),

    moved AS (
        UPDATE ledger_account AS book
        SET
            debits_pending = book.debits_pending + delta.debits_pending,
            debits_posted = book.debits_posted + delta.debits_posted,
            credits_pending = book.credits_pending + delta.credits_pending,
            credits_posted = book.credits_posted + delta.credits_posted
        FROM delta
        WHERE book.ctid = delta.place AND book.ctid = ANY(v_places)
        RETURNING 1
    ),

    pooled AS (
        INSERT INTO ledger_pool_entry (
            holder_id, kind, debits_pending, debits_posted,
            credits_pending, credits_posted, recorded_at
        )
        SELECT
            delta.holder_id, delta.kind, delta.debits_pending, delta.debits_posted,
            delta.credits_pending, delta.credits_posted, p_recorded_at
        FROM delta
        WHERE delta.place IS NULL
    )

    SELECT
        coalesce(array_agg(decided.result ORDER BY decided.ordinal), '{}'),
        (SELECT count(delta.place) FROM delta) - (SELECT count(*) FROM moved)
    INTO v_results, v_missed
    FROM decided;
    IF v_missed <> 0 THEN
        RAISE EXCEPTION 'account_moved' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN v_results;
EXCEPTION
    WHEN unique_violation THEN
        -- Someone else has just written one of these ids, or ended the same reservation, between
        -- two pools: nothing was kept, and the caller tries its transaction again.
        RAISE EXCEPTION 'race_lost' USING ERRCODE = 'serialization_failure';
END
$$;
REVOKE ALL ON FUNCTION ledger_post(
    uuid[], smallint[], bigint[], smallint[], bigint[], smallint[],
    bigint[], uuid[], timestamptz[], smallint[], timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION ledger_post(
    uuid[], smallint[], bigint[], smallint[], bigint[], smallint[],
    bigint[], uuid[], timestamptz[], smallint[], timestamptz
) TO tanhui_app;
