-- What a holder has by project and vintage, as the books have it.
SELECT
    account.id,
    project.code,
    project.name_zh,
    project.name_en,
    account.vintage,
    book.debits_pending AS reserved_kg,
    book.credits_posted - book.debits_posted - book.debits_pending AS held_kg
FROM registry_account AS account
INNER JOIN projects_project AS project ON account.project_id = project.id
INNER JOIN ledger_account AS book ON account.id = book.holder_id AND book.kind = 3
WHERE account.organisation_id = %(organisation_id)s
ORDER BY project.code, account.vintage;
