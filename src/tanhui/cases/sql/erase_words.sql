-- Erases what a person wrote in cases, and what was written to that person in cases about it.
DELETE FROM cases_words AS words
USING cases_step AS done, cases_case AS about
WHERE
    done.case_id = words.case_id
    AND done.number = words.number
    AND about.id = words.case_id
    AND (done.person_id = %(person_id)s OR about.party_id = %(person_id)s);
