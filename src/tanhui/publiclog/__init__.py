"""Floor 2: the city's public log: leaves beside their facts, and their publication."""
