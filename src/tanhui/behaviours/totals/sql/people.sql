SELECT cutoff.people FROM behaviours_cutoff AS cutoff;
