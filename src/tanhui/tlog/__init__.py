"""Floor 1: the public log's formats: tree, tiles, notes, proofs. Pure; by the C2SP documents."""
