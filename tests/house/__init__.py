"""Tests of the house itself: sizes, direction, places of SQL and of writes, words, documents."""
