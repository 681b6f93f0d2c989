"""The books: cases, a model, concurrent writers, crashes and attacks."""
