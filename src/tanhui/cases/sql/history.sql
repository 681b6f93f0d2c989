-- What was done in a case, in order, with the words that have not been erased.
SELECT
    done.number,
    done.step,
    done.from_state,
    done.to_state,
    done.actor,
    done.person_id,
    done.at,
    done.words_hash,
    words.sealed,
    done.facts,
    done.files
FROM cases_step AS done
LEFT JOIN cases_words AS words ON words.case_id = done.case_id AND words.number = done.number
WHERE done.case_id = %(case_id)s
ORDER BY done.number;
