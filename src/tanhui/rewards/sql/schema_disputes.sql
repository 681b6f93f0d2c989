-- Which case is about which redemption, and who raised it. Where the dispute stands is the case's
-- to say; a line here is written once and never changed.
CREATE TABLE rewards_dispute (
    case_id uuid PRIMARY KEY REFERENCES cases_case (id),
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    citizen_id bigint NOT NULL,
    redemption_id uuid NOT NULL,
    raised_by text NOT NULL,
    at timestamptz NOT NULL,
    FOREIGN KEY (citizen_id, redemption_id) REFERENCES rewards_redemption (citizen_id, id),
    CONSTRAINT rewards_dispute_raised_by CHECK (raised_by IN ('citizen', 'merchant'))
);
CREATE INDEX rewards_dispute_of_redemption ON rewards_dispute (citizen_id, redemption_id);

GRANT SELECT, INSERT ON rewards_dispute TO tanhui_app;
