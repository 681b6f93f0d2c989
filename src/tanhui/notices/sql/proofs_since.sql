SELECT count(*) FROM notices_proof
WHERE person_id = %(person_id)s AND at > %(since)s;
