"""Foreign services, made from their documents alone: they import nothing of the platform.

Each refuses what the real one refuses. What is from memory of the documents is marked there.
"""
