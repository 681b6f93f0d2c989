INSERT INTO projects_decision (
    project_id, decision, proposer_id, confirmer_id, outbox_id, at
) VALUES (
    %(project_id)s, %(decision)s, %(proposer_id)s, %(confirmer_id)s, %(outbox_id)s, %(at)s
);
