SELECT projects_change(
    %(id)s, %(name_zh)s, %(name_en)s, %(about_zh)s, %(about_en)s, %(methodology)s, %(digest)s,
    %(field)s, %(call)s, %(district)s, %(geometry)s, %(simplified)s
);
