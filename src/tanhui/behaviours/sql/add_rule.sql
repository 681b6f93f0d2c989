INSERT INTO behaviours_rule (
    scene, methodology, methodology_digest, tariff, tariff_digest, city_limit, city_limit_digest
) VALUES (
    %(scene)s, %(methodology)s, %(methodology_digest)s, %(tariff)s, %(tariff_digest)s,
    %(city_limit)s, %(city_limit_digest)s
)
ON CONFLICT DO NOTHING;
