"""Worked cases of weee.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
from fractions import Fraction

GRID, DIESEL, TRUCK = Fraction("0.1564"), Fraction("3.09591"), Fraction("0.12")
# Tonnes of CO2 that a tonne of recycled material saves, and IPCC AR4 potentials of refrigerants.
SAVED = {
    "steel": Fraction("1.27"),
    "aluminium": Fraction("8.4"),
    "copper": Fraction(3),
    "plastic": Fraction(1),
}
POTENTIAL = {"r12": 10900, "r22": 1810, "r134a": 1430}
KEPT, FOSSIL_CARBON = Fraction("0.95"), Fraction("0.7")


def period(
    *, materials, refrigerants, vented=True, power, diesel=0, collected=0, collected_km=0, burnt=0
):
    """One monitoring period: `materials` in tonnes, `refrigerants` in kilograms recovered."""
    metal = sum(Fraction(tonnes) * SAVED[name] for name, tonnes in materials.items())
    gas = sum(Fraction(kg) * KEPT * POTENTIAL[name] / 1000 for name, kg in refrigerants.items())
    baseline = metal + (gas if vented else 0)
    project = (
        Fraction(power) * GRID
        + Fraction(diesel) * DIESEL
        + Fraction(burnt) * FOSSIL_CARBON * Fraction(44, 12)
    )
    leakage = Fraction(collected) * Fraction(collected_km) * TRUCK / 1000
    reduction = baseline - project - leakage
    numbers = {"BE": baseline, "PE": project, "LE": leakage, "ER": reduction}
    outputs = {symbol: repr(float(number)) for symbol, number in numbers.items()}
    if reduction >= 0:
        outputs["credit_kg"] = str(reduction * 1000 // 1)
    return {"outputs": outputs}


MATERIALS = {"steel": 9500, "aluminium": 620, "copper": 780, "plastic": 4100}
GASES = {"r12": 1350, "r22": 21000, "r134a": 3900}
MONTHLY_POWER = [310, 295, 330, 325, 340, 335, 345, 350, 320, 315]

CASES = {
    "vented-otherwise": period(
        materials=MATERIALS,
        refrigerants=GASES,
        power=3900,
        diesel=45,
        collected=16500,
        collected_km=60,
        burnt=900,
    ),
    "recovered-anyway": period(
        materials=MATERIALS,
        refrigerants=GASES,
        vented=False,
        power=3900,
        diesel=45,
        collected=16500,
        collected_km=60,
        burnt=900,
    ),
    "fridges-alone": period(
        materials={"steel": 1200, "aluminium": 40, "copper": 55, "plastic": 700},
        refrigerants={"r12": 1500, "r22": 0, "r134a": 2700},
        power=420,
        collected=2100,
        collected_km=45,
        burnt=320,
    ),
    # The two missing months count as much as the highest month that was read.
    "months-missing": period(
        materials=MATERIALS,
        refrigerants=GASES,
        diesel=45,
        burnt=900,
        power=sum(MONTHLY_POWER) + 2 * max(MONTHLY_POWER),
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
