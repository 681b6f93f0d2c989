UPDATE registry_cancellation
SET
    outcome = %(outcome)s,
    decided_by = %(person_id)s,
    decided_at = %(at)s,
    event_id = %(event_id)s
WHERE id = %(id)s AND outcome IS NULL;
