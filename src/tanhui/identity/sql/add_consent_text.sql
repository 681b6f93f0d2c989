-- The words that are shown now; the same words are kept once.
INSERT INTO identity_consent_text (purpose, version, digest, text_zh, text_en)
VALUES (%(purpose)s, %(version)s, %(digest)s, %(text_zh)s, %(text_en)s)
ON CONFLICT (purpose, version, digest) DO NOTHING;
