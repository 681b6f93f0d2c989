SELECT cancellation.id
FROM registry_cancellation AS cancellation
WHERE cancellation.id = %(id)s
FOR UPDATE;
