UPDATE registry_retirement SET beneficiary_sealed = NULL
WHERE id = %(id)s;
