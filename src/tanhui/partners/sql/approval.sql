SELECT
    approval.approved_at,
    approval.approved_by,
    approval.missing,
    approval.waived
FROM partners_approval AS approval
WHERE approval.partner_id = %(partner_id)s;
