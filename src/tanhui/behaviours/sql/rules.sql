SELECT
    rule.id,
    rule.scene,
    rule.methodology,
    rule.methodology_digest,
    rule.tariff,
    rule.tariff_digest,
    rule.city_limit,
    rule.city_limit_digest
FROM behaviours_rule AS rule
ORDER BY rule.id;
