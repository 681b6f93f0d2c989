SELECT
    cut.first_number,
    cut.last_number,
    cut.account_id,
    cut.retirement_id
FROM registry_cancel(
    %(event_id)s, %(at)s, %(actor)s, %(facts)s, int8range(%(first)s, %(last)s, '[]')
) AS cut;
