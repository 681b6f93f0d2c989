"""Proving the phone once more, before something that would hurt to lose."""
