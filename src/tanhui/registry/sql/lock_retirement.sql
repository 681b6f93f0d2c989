SELECT retirement.id
FROM registry_retirement AS retirement
WHERE retirement.id = %(id)s
FOR UPDATE;
