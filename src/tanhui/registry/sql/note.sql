SELECT registry_note(%(event_id)s, %(outbox_id)s);
