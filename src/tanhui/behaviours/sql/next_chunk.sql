SELECT nextval('behaviours_chunk_number');
