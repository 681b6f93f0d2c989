SELECT cases_assign(
    %(case_id)s, %(number)s, %(assignee_id)s, %(actor)s, %(person_id)s, %(at)s
);
