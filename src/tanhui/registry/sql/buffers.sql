-- What the buffers of these projects hold, the same project's first, older years before younger.
SELECT
    project.code,
    account.vintage,
    book.credits_posted - book.debits_posted - book.debits_pending AS kg
FROM registry_account AS account
INNER JOIN projects_project AS project ON account.project_id = project.id
INNER JOIN ledger_account AS book ON account.id = book.holder_id AND book.kind = 3
WHERE
    account.organisation_id IS NULL
    AND book.credits_posted - book.debits_posted - book.debits_pending > 0
ORDER BY (project.code = any(%(projects)s::text[])) DESC, account.vintage ASC, account.id ASC;
