"""Floor 2: accounts, transfers and their history, for every asset."""
