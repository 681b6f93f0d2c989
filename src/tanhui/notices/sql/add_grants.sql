INSERT INTO notices_grant (person_id, template, at)
SELECT
    %(person_id)s,
    given.template,
    %(at)s
FROM unnest(%(templates)s::text[]) AS given (template);
