SELECT tree.root
FROM publiclog_tree AS tree
WHERE tree.size = %(size)s;
