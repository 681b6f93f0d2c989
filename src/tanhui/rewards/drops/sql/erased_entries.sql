-- Entries that may still be left, of people who had themselves erased.
SELECT
    entry.citizen_id,
    entry.redemption_id
FROM rewards_drop AS held
INNER JOIN rewards_entry AS entry ON held.id = entry.drop_id
INNER JOIN identity_person AS person ON entry.citizen_id = person.id
WHERE
    held.state = 'open'
    AND held.closes_at > %(at)s
    AND entry.left_at IS NULL
    AND person.erased_at IS NOT NULL
ORDER BY entry.drop_id, entry.number;
