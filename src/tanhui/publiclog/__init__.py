"""Floor 2: the city's public log: what is written down in the transaction of the fact, and published."""
