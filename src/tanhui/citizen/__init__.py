"""Floor 12: the citizen's mobile pages under /m/."""
