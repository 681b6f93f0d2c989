"""Seats at the platform's own desks: proposed by one person, confirmed by another."""
