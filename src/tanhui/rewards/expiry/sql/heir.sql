SELECT cause_id
FROM rewards_heir
WHERE citizen_id = %(citizen_id)s;
