-- The next version of a period's report.
INSERT INTO projects_report (
    period_id, number, cells, texts, result, reduction_kg, deficit_kg, methodology, digest,
    calculation, evidence, sha256, reason, actor, at
) VALUES (
    %(period_id)s, %(number)s, %(cells)s, %(texts)s, %(result)s, %(reduction_kg)s,
    %(deficit_kg)s, %(methodology)s, %(digest)s, %(calculation)s, %(evidence)s, %(sha256)s,
    %(reason)s, %(actor)s, %(at)s
);
