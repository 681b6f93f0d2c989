SELECT shown.id
FROM identity_consent_text AS shown
WHERE
    shown.purpose = %(purpose)s
    AND shown.version = %(version)s
    AND shown.digest = %(digest)s;
