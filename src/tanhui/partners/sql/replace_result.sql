UPDATE partners_delivery
SET result = %(result)s
WHERE id = %(id)s;
