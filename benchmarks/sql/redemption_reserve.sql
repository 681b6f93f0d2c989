-- pgbench's script of one redemption: the function that the command calls, and nothing of Python.
\set citizen random(1, :citizens)
\set offer random(1, :offers)
SELECT id FROM rewards_reserve(
    :citizen, gen_random_uuid(), 'B-' || :offer, 1, gen_random_uuid()::text, '\x00'::bytea,
    'confirmed', now(), now() + interval '10 minutes', date_trunc('day', now()),
    now() - interval '2 days', ARRAY[5000000, 20000000, 100000000]::bigint[],
    upper(substr(md5(gen_random_uuid()::text), 1, 8)), gen_random_uuid(), gen_random_uuid(),
    3::smallint, 20::smallint, 'benchmark', 500, 1000, NULL, NULL
);
