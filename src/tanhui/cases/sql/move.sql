SELECT cases_move(
    %(case_id)s, %(number)s, %(step)s, %(from_state)s, %(to_state)s, %(ends)s, %(clock_at)s,
    %(clock_then)s, %(not_by)s, %(actor)s, %(person_id)s, %(words_hash)s, %(words)s, %(facts)s,
    %(files)s, %(at)s
);
