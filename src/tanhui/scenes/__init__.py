"""Floor 7: published scenes and tariffs."""
