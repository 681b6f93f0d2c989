COPY behaviours_reference (partner_id, digest, citizen_id, started_at, reference)
FROM STDIN WITH BINARY;
