SELECT exists(SELECT 1 FROM behaviours_sum);
