"""For whom persons work."""
