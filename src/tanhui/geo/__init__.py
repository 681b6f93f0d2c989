"""Floor 1: coordinates and distances. Pure."""
