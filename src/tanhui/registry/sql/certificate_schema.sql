-- The certificate of a retirement as it was signed. What it says is sealed, as the beneficiary may
-- be a person; erasing the person empties it, and nothing else of the row ever changes.
CREATE TABLE registry_certificate (
    retirement_id uuid PRIMARY KEY,
    credential_sealed bytea,
    proofs jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT registry_certificate_retirement
    FOREIGN KEY (retirement_id) REFERENCES registry_retirement (id),
    CONSTRAINT registry_certificate_signed CHECK (
        jsonb_typeof(proofs) = 'array' AND jsonb_array_length(proofs) > 0
    )
);

-- The application may empty a certificate, and never fill it again; only the owner of the tables
-- seals it anew, when the keys change.
CREATE FUNCTION registry_certificate_only_emptied() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.credential_sealed IS NOT NULL AND current_user = 'tanhui_app' THEN
        RAISE EXCEPTION 'a certificate is only ever emptied'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'registry_certificate_only_emptied';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER registry_certificate_only_emptied BEFORE UPDATE ON registry_certificate
FOR EACH ROW EXECUTE FUNCTION registry_certificate_only_emptied();

GRANT SELECT, INSERT ON registry_certificate TO tanhui_app;
GRANT UPDATE (credential_sealed) ON registry_certificate TO tanhui_app;
