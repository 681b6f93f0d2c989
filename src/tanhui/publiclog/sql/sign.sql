INSERT INTO publiclog_tree (size, root, note, at)
VALUES (%(size)s, %(root)s, %(note)s, %(at)s);
