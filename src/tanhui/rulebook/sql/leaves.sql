-- What the public log was told of each publication.
SELECT
    publication.id,
    outbox.leaf
FROM rulebook_publication AS publication
LEFT JOIN publiclog_outbox AS outbox ON outbox.id = publication.outbox_id
ORDER BY publication.id;
