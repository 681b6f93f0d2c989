SELECT day.day
FROM unnest(%(days)s::date[]) AS day (day)
WHERE to_regclass('public.behaviours_behaviour_' || to_char(day.day, 'YYYYMMDD')) IS NULL;
