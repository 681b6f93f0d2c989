SELECT claims_extend(%(citizen_ids)s, %(blocks)s, %(bits)s);
