-- pgbench's script of a single-row update: what selling from one row costs at least.
UPDATE bare_item SET left_units = left_units - 1 WHERE id = 1;
