"""Floor 4: files by their hash, with versions; who may read them."""
