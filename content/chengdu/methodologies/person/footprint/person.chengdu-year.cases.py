"""The worked cases of the document beside this file, computed by other means: plain arithmetic.

Prints one JSON object: {"case": {"outputs": {"symbol": {"value": "…", "unit": "…"}}}}.
"""

import json
from fractions import Fraction
from math import ceil

# Kilograms of CO2e per unit named.
GRID, WATER = Fraction("0.1564"), Fraction("0.168")
AIR, RAIL, COACH, BUS, CAR = map(
    Fraction, ("0.22928", "0.03546", "0.02776", "0.10385", "0.17304")
)
VEGAN, VEGETARIAN, WHITE, RED, ANY = map(Fraction, ("0.54", "0.85", "1.65", "5.01", "1.5"))
GARMENT, BOTTLE = Fraction("6.4"), Fraction("0.27")
GAS = Fraction("389.31") / 10000 * Fraction("15.3") * Fraction("0.99") * 44 / 12
MEALS = 3 * 365


def family():
    """A third of the home, a car shared by one and a half."""
    home = (3200 * GRID + 300 * GAS + 130 * WATER) / 3
    travel = 6000 * CAR / Fraction("1.5") + 800 * BUS + 2400 * RAIL + 1200 * RAIL + 3000 * AIR
    food = 100 * VEGAN + 300 * VEGETARIAN + 450 * WHITE + 245 * RED
    bought = 12 * GARMENT + 40 * BOTTLE
    return {"E_home": home, "E_food": food, "footprint_kg": ceil(home + travel + food + bought)}


def alone():
    """The whole home, no car, all meals given."""
    home = 1100 * GRID + 60 * GAS + 45 * WATER
    travel = 1500 * BUS + 4000 * RAIL + 2600 * RAIL + 300 * COACH
    food = 400 * VEGAN + 500 * VEGETARIAN + 180 * WHITE + 15 * RED
    return {"E_home": home, "E_food": food, "footprint_kg": ceil(home + travel + food + 4 * GARMENT)}


def flyer():
    """Half of the home, alone in the car, many flights."""
    home = (5200 * GRID + 420 * GAS) / 2
    travel = 15000 * CAR + 28000 * AIR
    food = 95 * VEGETARIAN + 300 * WHITE + 700 * RED
    bought = 45 * GARMENT + 200 * BOTTLE + Fraction("260.5")
    return {"E_home": home, "E_food": food, "footprint_kg": ceil(home + travel + food + bought)}


def sparse():
    """Only electricity was given; every meal counts as an ordinary one."""
    return {"meals_missing": MEALS, "footprint_kg": ceil(1000 * GRID + MEALS * ANY)}


CASES = {"family": family, "alone": alone, "flyer": flyer, "sparse": sparse}


def shown(symbol, value):
    unit = "meal" if symbol == "meals_missing" else "kgCO2e"
    return {"value": f"{float(value):.12g}", "unit": unit}


print(
    json.dumps(
        {
            name: {"outputs": {symbol: shown(symbol, value) for symbol, value in case().items()}}
            for name, case in CASES.items()
        }
    )
)
