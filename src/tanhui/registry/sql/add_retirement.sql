INSERT INTO registry_retirement (
    id, serial, year, organisation_id, kg, beneficiary_kind, beneficiary_sealed, purpose_zh,
    purpose_en, boundary_zh, boundary_en, state, requested_at, undo_until, commitment, ended_by
) OVERRIDING SYSTEM VALUE VALUES (
    %(id)s, %(serial)s, %(year)s, %(organisation_id)s, %(kg)s, %(beneficiary_kind)s,
    %(beneficiary)s, %(purpose_zh)s, %(purpose_en)s, %(boundary_zh)s, %(boundary_en)s, %(state)s,
    %(at)s, %(undo_until)s, %(commitment)s, %(ended_by)s
);
