"""Scarce rewards by draw: entries, seeds bound in advance, the draw, and what became of each."""
