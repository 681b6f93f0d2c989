INSERT INTO rewards_cause_report (
    cause_id, happened_on, quantity, unit_zh, unit_en, text_zh, text_en, at, actor
) VALUES (
    %(cause_id)s, %(happened_on)s, %(quantity)s, %(unit_zh)s, %(unit_en)s, %(text_zh)s,
    %(text_en)s, %(at)s, %(actor)s
)
RETURNING id;
