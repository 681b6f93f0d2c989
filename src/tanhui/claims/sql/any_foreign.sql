SELECT coalesce(max(foreign_trip.day) >= %(first_day)s, FALSE)
FROM claims_foreign AS foreign_trip
WHERE foreign_trip.day <= %(last_day)s;
