-- How many of these numbers belong to nobody who is registered.
SELECT count(*)
FROM unnest(%(person_ids)s) AS item (person_id)
WHERE NOT EXISTS (
    SELECT 1
    FROM identity_person AS person
    WHERE person.id = item.person_id AND person.erased_at IS NULL
);
