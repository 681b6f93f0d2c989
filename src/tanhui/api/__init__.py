"""The JSON interface under /api/v1: for partners, citizens and whoever builds on the city."""
