COPY claims_time (citizen_id, block, taken) FROM STDIN WITH BINARY;
