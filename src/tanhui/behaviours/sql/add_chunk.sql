INSERT INTO behaviours_chunk (
    id, partner_id, batch, layout, recorded_at, row_count, recorded_count, exists_count,
    held_count, refused_count, reduction_mg, points
) VALUES (
    %(id)s, %(partner_id)s, %(batch)s, %(layout)s, %(recorded_at)s, %(rows)s, %(recorded)s,
    %(exists)s, %(held)s, %(refused)s, %(reduction_mg)s, %(points)s
);
