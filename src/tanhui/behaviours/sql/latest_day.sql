-- The last instant since a given one for which a partner has brought a deed.
SELECT max(behaviour.started_at)
FROM behaviours_behaviour AS behaviour
WHERE behaviour.partner_id = %(partner_id)s AND behaviour.started_at >= %(since)s;
