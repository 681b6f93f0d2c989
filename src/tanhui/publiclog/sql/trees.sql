SELECT
    tree.size,
    tree.root,
    tree.note
FROM publiclog_tree AS tree
ORDER BY tree.size;
