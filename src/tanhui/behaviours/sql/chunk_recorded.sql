-- A partner's newest chunk is asked for by every page that shows its sources.
CREATE INDEX behaviours_chunk_recorded ON behaviours_chunk (partner_id, recorded_at);
