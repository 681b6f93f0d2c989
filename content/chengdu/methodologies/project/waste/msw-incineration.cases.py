"""Worked cases of msw-incineration.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
import math

GWP_CH4, GWP_N2O = 28, 265
FRACTIONS = ("food", "paper", "textile", "wood", "plastic", "other")
K = dict(zip(FRACTIONS, (0.185, 0.06, 0.06, 0.03, 0.0, 0.0), strict=True))
DOC = dict(zip(FRACTIONS, (0.15, 0.40, 0.24, 0.43, 0.0, 0.0), strict=True))
CARBON = dict(zip(FRACTIONS, (0.152, 0.414, 0.40, 0.425, 0.75, 0.027), strict=True))
FOSSIL = dict(zip(FRACTIONS, (0.0, 0.01, 0.20, 0.0, 1.0, 1.0), strict=True))
SHARES = dict(zip(FRACTIONS, (0.55, 0.12, 0.03, 0.03, 0.14, 0.13), strict=True))
GRID = 0.1564
COMBINED = 0.5 * 0.8587 + 0.5 * 0.2854
DIESEL, GAS, HEAT, TRUCK = 3.09591, 2.162189 / 1000, 0.11, 0.12 / 1000


def landfill(deposits, year, captured):
    """t CO2e in `year` from yearly deposits {fraction: [t in year 1, 2, ...]}."""
    methane = 0.0
    for fraction, masses in deposits.items():
        for deposit_year, mass in enumerate(masses, start=1):
            if deposit_year > year:
                break
            left_before = math.exp(-K[fraction] * (year - deposit_year))
            left_after = math.exp(-K[fraction] * (year - deposit_year + 1))
            methane += mass * DOC[fraction] * 0.5 * 1.0 * 0.5 * 16 / 12 * (left_before - left_after)
    return 0.85 * (1 - captured) * (1 - 0.1) * methane * GWP_CH4


def period(
    *,
    year,
    waste,
    prior=0.0,
    shares=SHARES,
    captured=0.0,
    landfilled=True,
    combined=False,
    sold,
    heat=0.0,
    bought,
    diesel=0.0,
    gas=0.0,
    ash=0.0,
    ash_km=0.0,
    uncertainty=0.05,
    deficit=0.0,
):
    """One period, carried when negative. `prior` is the waste of each earlier year, same shares."""
    deposits = {f: [prior * shares[f]] * (year - 1) + [waste * shares[f]] for f in shares}
    methane = landfill(deposits, year, captured) if landfilled else 0.0
    power = sold * (COMBINED if combined else GRID)
    baseline = methane + power + heat * HEAT
    fossil = sum(waste * shares[f] * CARBON[f] * FOSSIL[f] for f in shares) * 44 / 12
    stack = waste * (0.0002 * GWP_CH4 + 0.05 * GWP_N2O) / 1000
    project = fossil + stack + bought * GRID + diesel * DIESEL + gas * GAS
    leakage = ash * ash_km * TRUCK
    net = baseline - project - leakage
    per_tonne = net / waste
    share = 0.0 if uncertainty <= 0.10 else 0.06 if uncertainty <= 0.20 else 0.11
    net = net * (1 - share) if net > 0 else net * (1 + share)
    reduction = net - deficit
    numbers = {"BE": baseline, "PE": project, "LE": leakage, "er": per_tonne, "ER": reduction}
    outputs = {symbol: repr(number) for symbol, number in numbers.items()}
    kilograms = math.floor(reduction * 1000)
    outputs["credit_kg"] = str(max(0, kilograms))
    outputs["credit_kg_deficit"] = str(max(0, -kilograms))
    return {"outputs": outputs}


MONTHLY_SALES = [13500, 13200, 13800, 13400, 13600, 13700, 13900, 14000, 13100, 13300, 13250, 13250]

CASES = {
    "year-1-average": period(
        year=1, waste=480000, sold=160000, bought=600, diesel=90, ash=14400, ash_km=35
    ),
    "year-8-combined": period(
        year=8,
        waste=480000,
        prior=480000,
        combined=True,
        sold=160000,
        bought=600,
        diesel=90,
        ash=14400,
        ash_km=35,
    ),
    "year-8-after-deficit": period(
        year=8,
        waste=480000,
        prior=480000,
        combined=True,
        sold=160000,
        bought=600,
        diesel=90,
        ash=14400,
        ash_km=35,
        uncertainty=0.15,
        captured=0.1,
        heat=50000,
        gas=120000,
        deficit=1500,
    ),
    "no-landfill": period(
        year=8,
        waste=480000,
        prior=480000,
        landfilled=False,
        combined=True,
        sold=160000,
        bought=600,
        diesel=90,
    ),
    # The missing third month counts as little as the lowest month that was read.
    "month-missing": period(
        year=8,
        waste=480000,
        prior=480000,
        combined=True,
        bought=600,
        diesel=90,
        sold=sum(MONTHLY_SALES) - MONTHLY_SALES[2] + min(MONTHLY_SALES),
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
