"""The worked cases of the document beside this file, computed by other means: plain arithmetic.

Prints one JSON object: {"case": {"outputs": {"symbol": {"value": "…", "unit": "…"}}}}.
"""

import json
from fractions import Fraction
from math import ceil

# Kilograms of CO2e per unit named.
GRID, HEAT = Fraction("0.1564"), Fraction(110)
AIR, RAIL, COACH, BUS, CAR = map(
    Fraction, ("0.22928", "0.03546", "0.02776", "0.10385", "0.17304")
)
WATER, SHEET = Fraction("0.168"), Fraction("0.0046")
INCINERATED, LANDFILLED = Fraction(456), Fraction(1041)
R22, R32, R134A, R410A = 1760, 677, 1300, Fraction(677 + 3170, 2)
CO2_OF_CARBON = Fraction(44, 12)


def per_tonne(ncv, carbon, oxidation):
    """Kilograms of CO2 per tonne: GJ/t times kilograms of carbon per GJ (the same as t/TJ)."""
    return Fraction(ncv) * Fraction(carbon) * Fraction(oxidation) * CO2_OF_CARBON


GAS = per_tonne("389.31", "15.3", "0.99") / 10000
PETROL = per_tonne("43.07", "18.9", "0.98")
DIESEL = per_tonne("42.652", "20.2", "0.98")
LPG = per_tonne("50.179", "17.2", "0.98")
BITUMINOUS = per_tonne("19.57", "26.18", "0.93")


def office():
    """Eighty people, no fuels."""
    leaks = Fraction("1.2") * R32 + Fraction("3.5") * R410A
    power = 180000 * GRID
    travel = 210000 * AIR + 160000 * RAIL + 4000 * COACH + 3000 * RAIL + 12000 * CAR
    commute = 95000 * BUS + 310000 * RAIL + 140000 * CAR
    rest = 960 * WATER + 250000 * SHEET + Fraction("11.4") * INCINERATED
    return {
        "scope1": leaks,
        "scope2": power,
        "scope3": travel + commute + rest,
        "footprint_kg": ceil(leaks + power + travel + commute + rest),
    }


def green():
    """180,000 kWh, of which 120,000 are proven green: 60,000 count."""
    return {
        "electricity_location": 180000 * GRID,
        "purchased_electricity": 60000 * GRID,
        "footprint_kg": ceil(60000 * GRID),
    }


def works():
    """Gas, petrol, diesel, LPG and coal, steam, leaks, power and a little waste."""
    fuels = (
        350000 * GAS
        + Fraction("4.2") * PETROL
        + Fraction("36.5") * DIESEL
        + Fraction("1.5") * LPG
        + 120 * BITUMINOUS
    )
    leaks = Fraction(2 * R22 + 4 * R134A)
    heat = 5200 * HEAT
    power = 4100000 * GRID
    return {
        "fuels": fuels,
        "refrigerants": leaks,
        "purchased_heat": heat,
        "footprint_kg": ceil(fuels + leaks + heat + power + 6 * LANDFILLED),
    }


def months():
    """Eleven months are known; the twelfth takes the highest of them."""
    known = [15000, 14200, 13100, 12000, 12800, 17500, 19800, 15400, 12600, 13300, 15100]
    return {"footprint_kg": ceil((sum(known) + max(known)) * GRID)}


CASES = {"office": office, "green": green, "works": works, "months": months}

print(
    json.dumps(
        {
            name: {
                "outputs": {
                    symbol: {"value": f"{float(value):.12g}", "unit": "kgCO2e"}
                    for symbol, value in case().items()
                }
            }
            for name, case in CASES.items()
        }
    )
)
