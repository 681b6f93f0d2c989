"""Floor 8: deeds of citizens, from a partner's row to points."""
