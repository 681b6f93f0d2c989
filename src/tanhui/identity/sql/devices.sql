-- The devices that persons log in with, by the digest of a random cookie; nothing else is known of
-- them. Two persons who share one have a row each. Since when one counts is never changed.
CREATE TABLE identity_device (
    person_id bigint NOT NULL REFERENCES identity_person (id),
    token_hash bytea NOT NULL,
    first_seen_at timestamptz NOT NULL,
    known_since timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, token_hash),
    CONSTRAINT identity_device_token CHECK (octet_length(token_hash) = 32),
    CONSTRAINT identity_device_in_order CHECK (
        known_since <= first_seen_at AND first_seen_at <= seen_at
    )
);

GRANT SELECT, INSERT, DELETE ON identity_device TO tanhui_app;
GRANT UPDATE (seen_at) ON identity_device TO tanhui_app;

-- Whoever is logged in already keeps the device they are on.
UPDATE identity_session SET device_since = created_at;
