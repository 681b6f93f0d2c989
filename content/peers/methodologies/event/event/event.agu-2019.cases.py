"""The worked cases of the document beside this file, computed by other means: plain arithmetic.

Prints one JSON object: {"case": {"outputs": {"symbol": {"value": "…", "unit": "…"}}}}.
"""

import json
from fractions import Fraction
from math import ceil

PLACES = {
    "tiers": [(10, "35.5", "0.06"), (3, "1100", "0.2"), (120, "4130.25", "0.25"), (7, "9100", "0.3")],
    "bounds": [(1, "400", "0.06"), (1, "400.001", "0.2"), (1, "1500", "0.2"), (1, "8000", "0.25")],
    "near": [(1, "0", "0.06")],
}


def outputs(places):
    """People there and back, each place at the factor of its own tier, chosen here by hand."""
    each = [2 * people * Fraction(km) * Fraction(factor) for people, km, factor in places]
    total = sum(each)
    return {
        "total": {"value": f"{float(total):.12g}", "unit": "kgCO2e"},
        "footprint_kg": {"value": str(ceil(total)), "unit": "kgCO2e"},
    }


print(json.dumps({name: {"outputs": outputs(places)} for name, places in PLACES.items()}))
