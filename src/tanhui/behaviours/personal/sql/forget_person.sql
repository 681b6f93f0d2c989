-- The person's row stays with its number, lest the number be given to another.
UPDATE identity_person
SET
    display_name_sealed = NULL,
    phone_sealed = NULL,
    phone_index = NULL,
    locale = 'zh-hans',
    view = 'standard',
    erased_at = %(at)s
WHERE id = %(person_id)s;
