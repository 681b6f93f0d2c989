COPY claims_day (citizen_id, day, kind, owner) FROM STDIN WITH BINARY;
