SELECT
    rule.id,
    rule.methodology,
    rule.methodology_digest,
    rule.tariff,
    rule.tariff_digest
FROM behaviours_rule AS rule
ORDER BY rule.id;
