"""Floor 3: persons, organisations, memberships and log-in."""
