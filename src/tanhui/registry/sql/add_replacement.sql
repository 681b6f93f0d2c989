INSERT INTO registry_replacement (event_id, retirement_id, kg)
VALUES (%(event_id)s, %(retirement_id)s, %(kg)s);
