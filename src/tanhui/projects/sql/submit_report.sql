INSERT INTO projects_submission (period_id, report, actor, at)
VALUES (%(period_id)s, %(report)s, %(actor)s, %(at)s);
