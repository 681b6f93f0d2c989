"""Certificates of retirement: what is said, who signs it, and the files that anyone can check."""
