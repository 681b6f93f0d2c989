-- What a table, its partitions and their keys take on disk.
SELECT
    coalesce(
        (
            SELECT sum(pg_total_relation_size(part.relid))::bigint
            FROM pg_partition_tree(%(name)s::regclass) AS part
        ),
        pg_total_relation_size(%(name)s::regclass)
    ) AS octets;
