SELECT rule.id
FROM behaviours_rule AS rule
WHERE
    rule.scene = %(scene)s
    AND rule.methodology = %(methodology)s
    AND rule.methodology_digest = %(methodology_digest)s
    AND rule.tariff = %(tariff)s
    AND rule.tariff_digest = %(tariff_digest)s
    AND rule.city_limit = %(city_limit)s
    AND rule.city_limit_digest = %(city_limit_digest)s;
