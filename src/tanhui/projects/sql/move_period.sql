SELECT
    projects_move_period(
        %(id)s, %(from_state)s, %(to_state)s, %(event_id)s::uuid, %(at)s::timestamptz
    );
