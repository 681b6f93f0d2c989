-- Counts a try of the newest code that still holds, and answers what it was for.
UPDATE notices_proof AS proof
SET attempts = proof.attempts + 1
WHERE
    proof.id = (
        SELECT newest.id
        FROM notices_proof AS newest
        WHERE newest.person_id = %(person_id)s
        ORDER BY newest.id DESC
        LIMIT 1
    )
    AND proof.used_at IS NULL
    AND proof.until > %(at)s
    AND proof.attempts < %(attempts_max)s
RETURNING proof.id, proof.address_sealed, proof.code_hash;
