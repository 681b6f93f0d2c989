-- What two persons decided about a project, in order.
SELECT
    decision.decision,
    decision.proposer_id,
    decision.confirmer_id,
    decision.outbox_id,
    decision.at
FROM projects_decision AS decision
WHERE decision.project_id = %(project_id)s
ORDER BY decision.at;
