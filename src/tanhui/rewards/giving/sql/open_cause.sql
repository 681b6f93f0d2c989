INSERT INTO rewards_cause (
    title_zh, title_en, about_zh, about_en, receiver_zh, receiver_en, art, opened_at
) VALUES (
    %(title_zh)s, %(title_en)s, %(about_zh)s, %(about_en)s, %(receiver_zh)s, %(receiver_en)s,
    %(art)s, %(at)s
)
RETURNING id;
