-- The totals of all partners and districts together, for whoever asks by day, month or scene: a
-- hundredth of the rows. Each roll keeps both.
CREATE TABLE behaviours_day (
    day date NOT NULL,
    scene smallint NOT NULL,
    roll bigint NOT NULL,
    deeds bigint NOT NULL,
    merged bigint NOT NULL,
    held bigint NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (day, scene)
);
INSERT INTO behaviours_day
SELECT
    total.day,
    total.scene,
    max(total.roll) AS roll,
    sum(total.deeds) AS deeds,
    sum(total.merged) AS merged,
    sum(total.held) AS held,
    sum(total.reduction_mg) AS reduction_mg,
    sum(total.points) AS points
FROM behaviours_total AS total
GROUP BY total.day, total.scene;
GRANT SELECT ON behaviours_day TO tanhui_app;
