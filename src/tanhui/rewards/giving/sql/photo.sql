SELECT report_id
FROM rewards_cause_photo
WHERE file_id = %(file_id)s;
