SELECT registry_note(%(event_id)s, %(leaf)s, %(at)s) AS outbox_id;
