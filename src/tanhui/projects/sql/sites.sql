-- Where a project is done, in order.
SELECT
    site.number,
    site.name,
    site.place,
    site.meters,
    site.share_ppm
FROM projects_site AS site
WHERE site.project_id = %(project_id)s
ORDER BY site.number;
