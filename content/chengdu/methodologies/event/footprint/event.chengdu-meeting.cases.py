"""The worked cases of the document beside this file, computed by other means: plain arithmetic.

Prints one JSON object: {"case": {"outputs": {"symbol": {"value": "…", "unit": "…"}}}}.
"""

import json
from fractions import Fraction
from math import ceil

# Emission in kilograms: grid per kWh, heat per GJ, travel per person-km (car per km), and so on.
GRID, HEAT = Fraction("0.1564"), Fraction(110)
AIR, RAIL, COACH, BUS, CAR = map(
    Fraction, ("0.22928", "0.03546", "0.02776", "0.10385", "0.17304")
)
NIGHT, MEAL, SHEET, BOTTLE = map(Fraction, ("35", "1.5", "0.0046", "0.27"))
DISHES = list(map(Fraction, ("0.54", "0.85", "1.65", "5.01")))
INCINERATED, LANDFILLED = Fraction("0.456"), Fraction("1.041")
CO2_OF_CARBON = Fraction(44, 12)

# Kilograms of CO2 per normal cubic metre, per kilogram and per litre: 389.31 GJ per 10,000 Nm3
# times 15.3 kg of carbon per GJ times 0.99; GJ/t is MJ/kg, so a kilogram has a thousandth of a GJ.
GAS = Fraction("389.31") / 10000 * Fraction("15.3") * Fraction("0.99") * CO2_OF_CARBON
LPG = Fraction("50.179") / 1000 * Fraction("17.2") * Fraction("0.98") * CO2_OF_CARBON
PETROL = (
    Fraction("0.73")
    * (Fraction("43.07") / 1000 * Fraction("18.9") * Fraction("0.98"))
    * CO2_OF_CARBON
)
DIESEL = (
    Fraction("0.84")
    * (Fraction("42.652") / 1000 * Fraction("20.2") * Fraction("0.98"))
    * CO2_OF_CARBON
)


def launch():
    """148 cars 10 km out and back, two guests by plane, lunch for all, 800 kWh."""
    travel = 148 * 20 * CAR + 2 * 760 * AIR
    return {
        "E_travel": travel,
        "E_lodging": 150 * MEAL,
        "E_power": 800 * GRID,
        "footprint_kg": ceil(travel + 150 * MEAL + 800 * GRID),
    }


def conference():
    """Five origins; all 20,000 answered, so nothing is scaled."""
    answers = 600 + 1900 + 100 + 2000 + 500 + 500 + 8500 + 3500 + 2400
    scaling = Fraction(20000, answers)
    near = 1900 * 80 * RAIL + 600 * 80 * CAR / 2
    west = 2000 * 1200 * AIR + 500 * 1200 * RAIL + 500 * 1200 * CAR / 2
    far = (8500 * 8000 + 3500 * 17600 + 2400 * 19200) * AIR
    travel = (near + west + far) * scaling
    nights = (9000 + 34000 + 14000 + 9600) * scaling * NIGHT
    served = sum(n * ef for n, ef in zip((8000, 16000, 36000, 20000), DISHES, strict=True))
    parts = {
        "E_fixed": 6000 * GAS + 2500 * DIESEL,
        "E_mobile": 1800 * PETROL + 4200 * DIESEL,
        "E_power": 900000 * GRID + 1200 * HEAT,
        "E_vehicles": 12000 * GRID,
        "E_travel": travel,
        "E_lodging": nights + served,
        "E_goods": 400000 * SHEET + 15000 * BOTTLE + 18500,
        "E_waste": 21500 * INCINERATED + 800 * LANDFILLED,
    }
    return {**parts, "footprint_kg": ceil(sum(parts.values()))}


def scaled():
    """460 answers of 541: travel and nights times 541/460, electricity as metered."""
    factor = Fraction(541, 460)
    answered = 110 * 16 * RAIL + 50 * 16 * BUS + 150 * 600 * RAIL + 30 * 600 * COACH
    travel = (answered + 120 * 3200 * AIR) * factor
    lodging = (180 + 360) * factor * NIGHT
    return {
        "answers": Fraction(460),
        "E_travel": travel,
        "E_lodging": lodging,
        "footprint_kg": ceil(travel + lodging + 6000 * GRID),
    }


def least():
    """One person on foot and one kilowatt-hour."""
    return {"total": GRID, "footprint_kg": ceil(GRID)}


def shown(symbol, value):
    unit = "person" if symbol == "answers" else "kgCO2e"
    exact = Fraction(value)
    return {"value": f"{float(exact):.12g}", "unit": unit}


CASES = {"launch": launch, "conference": conference, "scaled": scaled, "least": least}

print(
    json.dumps(
        {
            name: {"outputs": {symbol: shown(symbol, value) for symbol, value in case().items()}}
            for name, case in CASES.items()
        }
    )
)
