-- The totals and what waits to be added to them; what was recorded a moment ago is in it.
CREATE VIEW behaviours_prepared AS
SELECT
    total.partner_id,
    total.day,
    total.scene,
    total.district,
    total.deeds,
    total.merged,
    total.held,
    total.reversed,
    total.voided,
    total.amount,
    total.reduction_mg,
    total.points
FROM behaviours_total AS total
UNION ALL
SELECT
    waiting.partner_id,
    waiting.day,
    waiting.scene,
    waiting.district,
    waiting.deeds,
    waiting.merged,
    waiting.held,
    waiting.reversed,
    waiting.voided,
    waiting.amount,
    waiting.reduction_mg,
    waiting.points
FROM behaviours_sum AS waiting;
GRANT SELECT ON behaviours_prepared TO tanhui_app;
