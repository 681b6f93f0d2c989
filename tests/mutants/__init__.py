"""Mutants: small changes that each break one invariant, and the tests that must notice."""
