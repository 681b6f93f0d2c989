COPY behaviours_merge (
    citizen_id, started_at, partner_id, reference_digest, paid_started_at, paid_partner_id,
    paid_digest, reason
) FROM STDIN WITH BINARY;
