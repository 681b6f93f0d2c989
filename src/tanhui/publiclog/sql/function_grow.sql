-- Signed trees only grow, and never beyond the leaves that have a place.
CREATE FUNCTION publiclog_grow()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tanhui.publiclog.grow', 0));
    IF EXISTS (SELECT FROM publiclog_tree AS tree WHERE tree.size > new.size) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'publiclog_tree_grows',
            MESSAGE = 'a larger tree has been signed already';
    END IF;
    IF new.size > (
        SELECT coalesce(max(leaf.position) + 1, 0) FROM publiclog_outbox AS leaf
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'publiclog_tree_has_its_leaves',
            MESSAGE = 'a tree is signed over leaves that have their places';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER publiclog_tree_grows
BEFORE INSERT ON publiclog_tree
FOR EACH ROW EXECUTE FUNCTION publiclog_grow();
