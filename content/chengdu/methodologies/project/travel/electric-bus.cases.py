"""Worked cases of electric-bus.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
from fractions import Fraction

GRID, DIESEL_T_PER_T, KG_PER_L, GAS_T_PER_NM3 = (
    Fraction("0.1564"),
    Fraction("3.09591"),
    Fraction("0.84"),
    Fraction("0.002162189"),
)


def period(*, year, kilometres, litres=None, gas=None, charged, heater=0, deficit=0):
    """One period: `litres` or `gas` (Nm3) per 100 km of the buses replaced, by class."""
    kept = Fraction("0.99") ** year
    if litres is not None:
        fuel = sum(Fraction(kilometres[name]) / 100 * Fraction(litres[name]) for name in kilometres)
        before = fuel * KG_PER_L / 1000 * DIESEL_T_PER_T
    else:
        fuel = sum(Fraction(kilometres[name]) / 100 * Fraction(gas[name]) for name in kilometres)
        before = fuel * GAS_T_PER_NM3
    baseline = before * kept
    project = Fraction(charged) * GRID + Fraction(heater) * KG_PER_L / 1000 * DIESEL_T_PER_T
    reduction = baseline - project - Fraction(deficit)
    numbers = {"BE": baseline, "PE": project, "ER": reduction}
    outputs = {symbol: repr(float(number)) for symbol, number in numbers.items()}
    kilograms = reduction * 1000 // 1
    outputs["credit_kg"] = str(max(0, kilograms))
    outputs["credit_kg_deficit"] = str(max(0, -kilograms))
    return {"outputs": outputs}


KILOMETRES = {"medium": 6200000, "large": 21500000, "articulated": 900000}
LITRES = {"medium": "24", "large": "33.5", "articulated": "46"}
GAS = {"medium": "27", "large": "36", "articulated": "50"}
MONTHLY_CHARGE = [2750, 2600, 2550, 2350, 2300, 2500, 2800, 2850, 2450, 2300, 2400]

CASES = {
    "diesel-year-1": period(
        year=1, kilometres=KILOMETRES, litres=LITRES, charged=30500, heater=4000
    ),
    "gas-year-6": period(year=6, kilometres=KILOMETRES, gas=GAS, charged=30500),
    "gas-year-10-after-deficit": period(
        year=10,
        kilometres={"medium": 800000, "large": 0, "articulated": 0},
        gas=GAS,
        charged=950,
        heater=1000,
        deficit="12.5",
    ),
    # Buses that stand still and keep charging: nothing is replaced.
    "standing": period(
        year=2,
        kilometres={"medium": 0, "large": 12000, "articulated": 0},
        litres=LITRES,
        charged=140,
    ),
    # The missing month counts as much as the highest month that was read.
    "month-missing": period(
        year=1,
        kilometres=KILOMETRES,
        litres=LITRES,
        charged=sum(MONTHLY_CHARGE) + max(MONTHLY_CHARGE),
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
