SELECT claims_give_back_days(
    %(citizen_ids)s, %(days)s::date[], %(kinds)s, %(owner)s::integer
);
