"""Worked cases of kitchen-waste-energy.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
import math

GWP_CH4, GWP_N2O = 28, 265
GRID, HEAT, DIESEL = 0.1564, 0.11, 3.09591
CH4_KG_PER_NM3 = 0.716
# Composting of digestate and burning of waste, kg of gas per tonne.
COMPOST_CH4, COMPOST_N2O = 4, 0.24
BURNT_CH4, BURNT_N2O = 0.0002, 0.05
LOST_MWH_PER_T = 0.06


def landfill(deposits, year, captured):
    """t CO2e in `year` from the food waste (t) of years 1, 2, ... `year`."""
    total = 0.0
    for index in range(year):
        age = year - 1 - index
        decayed = math.exp(-0.185 * age) - math.exp(-0.185 * (age + 1))
        carbon = deposits[index] * 0.15 * 0.5 * decayed
        methane = carbon * 1.0 * 0.5 * 16 / 12
        total += 0.85 * (1 - captured) * 0.9 * methane * GWP_CH4
    return total


def period(
    *,
    year,
    waste,
    prior=0.0,
    captured=0.0,
    landfilled=True,
    biogas,
    methane_share=0.6,
    sold,
    heat=0.0,
    bought=0.0,
    diesel=0.0,
    digestate=0.0,
):
    """One monitoring period; `prior` is the waste of each earlier year."""
    if landfilled:
        disposal = landfill([prior] * (year - 1) + [waste], year, captured)
        leakage = 0.0
    else:
        disposal = waste * (BURNT_CH4 * GWP_CH4 + BURNT_N2O * GWP_N2O) / 1000
        leakage = waste * LOST_MWH_PER_T * GRID
    baseline = disposal + sold * GRID + heat * HEAT
    escaped = 0.05 * biogas * methane_share * CH4_KG_PER_NM3 / 1000 * GWP_CH4
    composted = digestate * (COMPOST_CH4 * GWP_CH4 + COMPOST_N2O * GWP_N2O) / 1000
    project = escaped + bought * GRID + diesel * DIESEL + composted
    reduction = baseline - project - leakage
    numbers = {"BE": baseline, "PE": project, "LE": leakage, "ER": reduction}
    outputs = {symbol: repr(number) for symbol, number in numbers.items()}
    outputs["credit_kg"] = str(math.floor(max(0.0, reduction) * 1000))
    return {"outputs": outputs}


MONTHLY_BIOGAS = [
    610000,
    590000,
    640000,
    620000,
    650000,
    660000,
    670000,
    680000,
    640000,
    630000,
    610000,
    600000,
]

CASES = {
    "landfill-year-1": period(
        year=1,
        waste=73000,
        biogas=7300000,
        sold=13000,
        heat=20000,
        bought=1200,
        diesel=25,
        digestate=15000,
    ),
    "landfill-year-4-half-captured": period(
        year=4,
        waste=73000,
        prior=65000,
        captured=0.5,
        biogas=7300000,
        sold=13000,
        heat=20000,
        bought=1200,
        diesel=25,
        digestate=15000,
    ),
    "incineration": period(
        year=1,
        waste=73000,
        landfilled=False,
        biogas=7300000,
        sold=13000,
        heat=20000,
        bought=1200,
        diesel=25,
        digestate=15000,
    ),
    "incineration-no-composting": period(
        year=1,
        waste=73000,
        landfilled=False,
        biogas=7300000,
        methane_share=0.55,
        sold=15000,
        heat=60000,
        bought=600,
    ),
    # The two missing months count as much as the highest month that was read.
    "months-missing": period(
        year=1,
        waste=73000,
        sold=13000,
        bought=1200,
        biogas=sum(MONTHLY_BIOGAS)
        - MONTHLY_BIOGAS[2]
        - MONTHLY_BIOGAS[8]
        + 2 * max(MONTHLY_BIOGAS),
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
