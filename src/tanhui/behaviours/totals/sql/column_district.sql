-- The district in which a deed began, and nothing finer; 0 where it is not known.
ALTER TABLE behaviours_behaviour ADD COLUMN district smallint NOT NULL DEFAULT 0;
