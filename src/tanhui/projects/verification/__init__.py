"""Verification: findings and answers, keys that the platform never holds, signed opinions."""
