-- How far the log goes, how many leaves have a place in it, and how many wait for one.
SELECT
    coalesce(
        (
            SELECT max(leaf.position) + 1
            FROM publiclog_outbox AS leaf
        ), 0
    ) AS reach,
    (
        SELECT count(*)
        FROM publiclog_outbox AS leaf
        WHERE leaf.position IS NULL
    ) AS waiting;
