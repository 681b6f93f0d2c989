-- Takes units from the batches of an offer that are on sale now, the one opened first before all;
-- answers the batch. All units of one redemption come from one batch, for it has one payer.
--
-- One unit is taken from a part that nobody else holds; only when no such part has any left
-- does one wait for the others, because they may yet give theirs back. So nobody is told that
-- nothing is left while something is.
CREATE FUNCTION rewards_take_stock(
    p_offer_id bigint, p_units integer, p_start integer, p_at timestamptz
)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_batch_id bigint;
    v_part smallint;
    v_need integer;
    v_stock rewards_stock%ROWTYPE;
BEGIN
    FOR v_batch_id IN
        SELECT batch.id
        FROM rewards_batch AS batch
        WHERE batch.offer_id = p_offer_id AND batch.opens_at <= p_at AND batch.until > p_at
            AND batch.ended_at IS NULL
        ORDER BY batch.opens_at, batch.id
    LOOP
        IF p_units = 1 THEN
            SELECT stock.part INTO v_part
            FROM rewards_stock AS stock
            WHERE stock.batch_id = v_batch_id AND stock.left_units > 0
            ORDER BY (stock.part + p_start) % 8
            LIMIT 1
            FOR NO KEY UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                SELECT stock.part INTO v_part
                FROM rewards_stock AS stock
                WHERE stock.batch_id = v_batch_id AND stock.left_units > 0
                ORDER BY stock.part
                LIMIT 1
                FOR NO KEY UPDATE;
            END IF;
            IF FOUND THEN
                UPDATE rewards_stock SET left_units = left_units - 1
                WHERE batch_id = v_batch_id AND part = v_part;
                RETURN v_batch_id;
            END IF;
        ELSE
            v_need := p_units;
            PERFORM 1 FROM rewards_stock WHERE batch_id = v_batch_id ORDER BY part
            FOR NO KEY UPDATE;
            SELECT v_need - coalesce(sum(left_units), 0) INTO v_need
            FROM rewards_stock
            WHERE batch_id = v_batch_id;
            CONTINUE WHEN v_need > 0;
            v_need := p_units;
            FOR v_stock IN
                SELECT * FROM rewards_stock
                WHERE batch_id = v_batch_id AND left_units > 0
                ORDER BY part
            LOOP
                UPDATE rewards_stock SET left_units = left_units - least(left_units, v_need)
                WHERE batch_id = v_batch_id AND part = v_stock.part;
                v_need := v_need - least(v_stock.left_units, v_need);
                EXIT WHEN v_need = 0;
            END LOOP;
            RETURN v_batch_id;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION rewards_take_stock(bigint, integer, integer, timestamptz) FROM public;
