SELECT DISTINCT ON (told.day, told.mode)
    told.day,
    told.mode,
    told.version,
    told.row_count,
    told.amount,
    told.declared_at,
    told.declared_by
FROM partners_day_statement AS told
WHERE
    told.partner_id = %(partner_id)s
    AND told.environment = %(environment)s
    AND told.day BETWEEN %(first)s AND %(last)s
ORDER BY told.day ASC, told.mode ASC, told.version DESC;
