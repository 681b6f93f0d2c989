"""Giving points away: causes, and what became of what was given."""
