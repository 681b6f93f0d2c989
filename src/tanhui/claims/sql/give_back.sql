SELECT claims_give_back(%(citizen_ids)s, %(blocks)s, %(bits)s);
