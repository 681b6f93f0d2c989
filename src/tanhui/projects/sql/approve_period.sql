INSERT INTO projects_approval (period_id, opinion_id, proposer_id, confirmer_id, at)
VALUES (%(period_id)s, %(opinion_id)s, %(proposer_id)s, %(confirmer_id)s, %(at)s);
