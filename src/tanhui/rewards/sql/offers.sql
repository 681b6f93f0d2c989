SELECT
    id,
    code,
    merchant_id,
    kind,
    delivery,
    category,
    title_zh,
    title_en,
    about_zh,
    about_en,
    terms_zh,
    terms_en,
    place_zh,
    place_en,
    district,
    price_points,
    value_fen,
    valid_days,
    person_max,
    person_day_max,
    min_level,
    art,
    picture_id,
    release,
    state,
    made_at,
    published_at,
    closed_at
FROM rewards_offer
WHERE
    (%(code)s::text IS NULL OR code = %(code)s)
    AND (%(id)s::bigint IS NULL OR id = %(id)s)
    AND (%(merchant_id)s::integer IS NULL OR merchant_id = %(merchant_id)s)
    AND (cardinality(%(states)s::text[]) = 0 OR state = any(%(states)s))
ORDER BY id;
