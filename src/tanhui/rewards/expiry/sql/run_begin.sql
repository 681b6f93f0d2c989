INSERT INTO rewards_month_run (step, month, begun_at)
VALUES (%(step)s, %(month)s, %(at)s)
ON CONFLICT (step, month) DO NOTHING;
