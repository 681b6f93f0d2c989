SELECT cases_open(
    %(id)s, %(kind)s, %(version)s, %(subject)s, %(party_id)s, %(facts)s, %(state)s, %(actor)s,
    %(person_id)s, %(at)s, %(clock_at)s, %(clock_then)s
);
