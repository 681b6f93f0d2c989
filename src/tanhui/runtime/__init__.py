"""Floor 1: the embedded PostgreSQL, SQL files and health."""
