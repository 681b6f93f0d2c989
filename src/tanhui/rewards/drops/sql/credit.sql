SELECT tickets
FROM rewards_credit
WHERE citizen_id = %(citizen_id)s::bigint;
