"""Worked cases of construction-waste.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
from fractions import Fraction

GRID, DIESEL, TRUCK = Fraction("0.1564"), Fraction("3.09591"), Fraction("0.12")
# Item: (kg CO2e per tonne of what it replaces, kg CO2e per tonne of its own added materials).
ITEMS = {
    "aggregate": (Fraction(5), Fraction(2)),
    "sand": (Fraction(6), Fraction(3)),
    "road_base": (Fraction(30), Fraction(22)),
    "brick": (Fraction(180), Fraction(60)),
    "powder": (Fraction(3), Fraction(6)),
}


def period(*, made, before_km, after_km, power, diesel, residue=0, residue_km=0):
    """One monitoring period: `made` in tonnes by item."""
    saved = Fraction(0)
    for item, tonnes in made.items():
        replaced, own = ITEMS[item]
        if replaced > own:
            saved += tonnes * (replaced - own) / 1000
    haul = sum(made.values()) * (Fraction(before_km) - Fraction(after_km)) * TRUCK / 1000
    baseline = saved + (haul if haul > 0 else 0)
    project = Fraction(power) * GRID + Fraction(diesel) * DIESEL
    leakage = (-haul if haul < 0 else 0) + Fraction(residue) * Fraction(residue_km) * TRUCK / 1000
    reduction = baseline - project - leakage
    numbers = {"BE": baseline, "PE": project, "LE": leakage, "ER": reduction}
    outputs = {symbol: repr(float(number)) for symbol, number in numbers.items()}
    outputs["credit_kg"] = str(max(Fraction(0), reduction) * 1000 // 1)
    return {"outputs": outputs}


MADE = {"aggregate": 300000, "sand": 100000, "road_base": 150000, "brick": 20000, "powder": 5000}
MONTHLY_DIESEL = ["21.5", "18", "22.4", "21.9", "22", "21.2", "20.8", "21", "22.7", "23.1", "22.9"]

CASES = {
    "near-the-sites": period(
        made=MADE, before_km=80, after_km=30, power=3500, diesel=260, residue=20000, residue_km=25
    ),
    # Fine powder costs more than it replaces: it counts as nothing, not as a minus.
    "powder-alone": period(made={"powder": 60000}, before_km=60, after_km=20, power=400, diesel=30),
    "far-from-the-sites": period(
        made=MADE, before_km=30, after_km=110, power=3500, diesel=260, residue=20000, residue_km=25
    ),
    # The missing month counts as much as the highest month that was read.
    "month-missing": period(
        made=MADE,
        before_km=80,
        after_km=30,
        power=3500,
        diesel=sum(map(Fraction, MONTHLY_DIESEL)) + max(map(Fraction, MONTHLY_DIESEL)),
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
