-- A row for each five minutes, as the claims room might have had it.
DROP TABLE IF EXISTS claims_slot;
CREATE TABLE claims_slot (
    citizen_id bigint NOT NULL,
    slot bigint NOT NULL,
    PRIMARY KEY (citizen_id, slot)
);
GRANT SELECT, INSERT ON claims_slot TO tanhui_app;
