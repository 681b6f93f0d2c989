UPDATE registry_certificate SET credential_sealed = NULL
WHERE retirement_id = %(retirement_id)s;
