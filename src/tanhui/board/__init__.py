"""Floor 12: the public front page and health."""
