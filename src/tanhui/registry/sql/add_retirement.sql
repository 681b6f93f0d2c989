INSERT INTO registry_retirement (
    id, year, organisation_id, kg, beneficiary_kind, beneficiary_sealed, purpose_zh, purpose_en,
    boundary_zh, boundary_en, state, requested_at, undo_until
) VALUES (
    %(id)s, %(year)s, %(organisation_id)s, %(kg)s, %(beneficiary_kind)s, %(beneficiary)s,
    %(purpose_zh)s, %(purpose_en)s, %(boundary_zh)s, %(boundary_en)s, 'pending', %(at)s,
    %(undo_until)s
)
RETURNING serial;
