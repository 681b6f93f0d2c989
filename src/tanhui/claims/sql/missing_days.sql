SELECT day.day
FROM unnest(%(days)s::date[]) AS day (day)
WHERE to_regclass('public.claims_time_' || to_char(day.day, 'YYYYMMDD')) IS NULL;
