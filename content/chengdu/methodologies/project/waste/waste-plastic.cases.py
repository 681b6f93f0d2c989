"""Worked cases of waste-plastic.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
from fractions import Fraction

GRID_CHINA, GRID_SICHUAN = Fraction("0.5306"), Fraction("0.1564")
GAS_T_PER_GJ, GAS_T_PER_NM3 = Fraction("0.0561"), Fraction("0.002162189")
NET_TO_GROSS = Fraction("0.75")
# Kind: (MWh, GJ) for a tonne of virgin plastic.
VIRGIN = {
    "hdpe": (Fraction("0.83"), Fraction(15)),
    "ldpe": (Fraction("1.67"), Fraction(15)),
    "pet": (Fraction("1.11"), Fraction(15)),
    "pp": (Fraction("0.56"), Fraction("11.6")),
}


def share_deducted(uncertainty):
    """The share that an uncertainty costs; at most 30 % is accepted."""
    for most, share in (("0.10", "0"), ("0.20", "0.06"), ("0.30", "0.11")):
        if Fraction(uncertainty) <= Fraction(most):
            return Fraction(share)
    raise ValueError(uncertainty)


def period(*, made, water="0.02", uncertainty="0.05", power, gas=0):
    """One monitoring period: `made` in tonnes by kind, `water` the moisture of each."""
    gross = Fraction(0)
    for kind, tonnes in made.items():
        electricity, fuel = VIRGIN[kind]
        dry = Fraction(tonnes) * (1 - Fraction(water))
        gross += dry * NET_TO_GROSS * (electricity * GRID_CHINA + fuel * GAS_T_PER_GJ)
    baseline = gross * (1 - share_deducted(uncertainty))
    project = Fraction(power) * GRID_SICHUAN + Fraction(gas) * GAS_T_PER_NM3
    reduction = baseline - project
    numbers = {"BE": baseline, "PE": project, "ER": reduction}
    outputs = {symbol: repr(float(number)) for symbol, number in numbers.items()}
    if reduction >= 0:
        outputs["credit_kg"] = str(reduction * 1000 // 1)
    return {"outputs": outputs}


MADE = {"hdpe": 4200, "ldpe": 2600, "pet": 9800, "pp": 3100}
MONTHLY_POWER = [720, 690, 760, 750, 770, 740, 780, 790, 765, 755, 730]

CASES = {
    "four-kinds": period(made=MADE, power=9100, gas=150000),
    "pet-alone-uncertain": period(
        made={"pet": 6000}, water="0.035", uncertainty="0.18", power=3000, gas=420000
    ),
    "hdpe-thousand": period(made={"hdpe": 1000}, water="0", power=500),
    # The missing month counts as much as the highest month that was read.
    "month-missing": period(made=MADE, power=sum(MONTHLY_POWER) + max(MONTHLY_POWER), gas=150000),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
