-- What ties each body to an owner: its word of an interest, how much it has in hand, and of the
-- owner's latest projects given to anybody how many it has.
SELECT
    body.id,
    (
        SELECT count(*)
        FROM projects_assignment AS task
        WHERE task.verifier_id = body.id AND task.ended_at IS NULL
    ) AS in_hand,
    (
        SELECT count(*)
        FROM projects_conflict AS told
        WHERE told.verifier_id = body.id AND told.owner_id = %(owner_id)s
    ) AS conflicted,
    (
        SELECT count(*)
        FROM (
            SELECT
                task.project_id,
                (array_agg(task.verifier_id ORDER BY task.id DESC))[1] AS verifier_id
            FROM projects_assignment AS task
            INNER JOIN projects_project AS project ON task.project_id = project.id
            WHERE
                project.owner_id = %(owner_id)s
                AND project.id <> %(project_id)s
                AND task.subject = 'project:' || project.code
                AND (task.why IS NULL OR task.why = 'done')
            GROUP BY task.project_id
            ORDER BY max(task.id) DESC
            LIMIT %(latest)s
        ) AS given
        WHERE given.verifier_id = body.id
    ) AS of_latest
FROM identity_organisation AS body
WHERE body.roles @> '{verifier}' AND (%(verifier_id)s::bigint IS NULL OR body.id = %(verifier_id)s)
ORDER BY body.name_zh, body.id;
