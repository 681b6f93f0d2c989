"""Prepared totals: what deeds come to, by partner, day, scene and district, and when that was."""
