-- Points have no price and are not traded: from a person's account they go to the city, never to
-- another person. Books that were made before learn it here.
ALTER TABLE ledger_transfer ADD CONSTRAINT ledger_transfer_points_stay CHECK (
    debit_kind <> 1 OR credit_kind <> 1
);
DROP FUNCTION ledger_post;
DROP FUNCTION ledger_post_one;
