"""Floor 1: methodologies, factors and units as data; the exact and the row evaluator. Pure."""
