SELECT NOT EXISTS (
    SELECT 1
    FROM behaviours_hold_end AS ended
    WHERE ended.hold_id = %(hold_id)s
);
