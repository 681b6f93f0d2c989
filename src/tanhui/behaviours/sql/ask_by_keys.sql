-- For a transaction of few rows: each is looked up by its key, in tables of any size and however
-- old their statistics. In a table that has just been filled the planner would rather read a day's
-- whole partition for a thousand deeds, or all messages again for each.
SELECT
    set_config('enable_hashjoin', 'off', TRUE) AS hash_join,
    set_config('enable_mergejoin', 'off', TRUE) AS merge_join,
    set_config('enable_material', 'off', TRUE) AS materialize,
    set_config('enable_seqscan', 'off', TRUE) AS sequential_scan,
    set_config('max_parallel_workers_per_gather', '0', TRUE) AS parallel_workers;
