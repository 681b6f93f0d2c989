-- One proposal, by its number or by its case.
SELECT
    proposal.id,
    proposal.case_id,
    proposal.kind,
    proposal.document,
    proposal.version,
    proposal.digest,
    proposal.replaces,
    proposal.effective_from,
    proposal.effective_until,
    proposal.path,
    proposal.body,
    proposal.title_zh,
    proposal.title_en,
    proposal.reason,
    proposal.actor,
    proposal.person_id,
    proposal.proposed_at
FROM rulebook_proposal AS proposal
WHERE proposal.id = %(proposal_id)s OR proposal.case_id = %(case_id)s;
