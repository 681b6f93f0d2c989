"""Worked cases of kitchen-waste-resource.chengdu, computed by hand arithmetic for comparison.

Prints {"case": {"outputs": {symbol: number as text}}}; tonnes of CO2e, and whole kilograms for
credit_kg. It shares no code with the platform: numbers are typed here a second time on purpose.
"""

import json
import math

GRID, GAS_T_PER_NM3, CARBON_OF_METHANOL = 0.1564, 2.162189 / 1000, 0.375
# Product: (tonnes of the displaced product per tonne, t CO2e per tonne of that product).
PRODUCTS = {
    "feed": (0.8, 0.6),
    "biodiesel": (0.86, 3.09591),
    "insect": (0.7, 1.3),
    "compost": (0.5, 0.1),
}


def landfill(deposits, year, captured):
    """t CO2e in `year` from the food waste (t) of years 1, 2, ... `year`."""
    factor = 0.85 * (1 - captured) * 0.9 * 28 * 16 / 12 * 0.5 * 0.5 * 1.0 * 0.15
    decays = [math.exp(-0.185 * age) * (1 - math.exp(-0.185)) for age in range(year)]
    return factor * sum(mass * decays[year - 1 - i] for i, mass in enumerate(deposits))


def period(
    *,
    year,
    waste,
    prior=0.0,
    captured=0.0,
    landfilled=True,
    products,
    bought,
    gas=0.0,
    methanol=0.0,
):
    """One monitoring period; `products` in tonnes, `prior` is the waste of each earlier year."""
    if landfilled:
        disposal = landfill([prior] * (year - 1) + [waste], year, captured)
    else:
        disposal = waste * (0.0002 * 28 + 0.05 * 265) / 1000
    displaced = sum(mass * PRODUCTS[name][0] * PRODUCTS[name][1] for name, mass in products.items())
    lost = 0.0 if landfilled else waste * 0.06 * GRID
    baseline = disposal + displaced
    project = bought * GRID + gas * GAS_T_PER_NM3 + methanol * CARBON_OF_METHANOL * 44 / 12
    leakage = 0.05 * displaced + lost
    reduction = baseline - project - leakage
    numbers = {"BE": baseline, "PE": project, "LE": leakage, "ER": reduction}
    outputs = {symbol: repr(number) for symbol, number in numbers.items()}
    if reduction >= 0:
        outputs["credit_kg"] = str(math.floor(reduction * 1000))
    return {"outputs": outputs}


MONTHLY_GAS = [21000, 20500, 19800, 18800, 17900, 17100, 16800, 16900, 17600, 18700, 19900, 21200]

CASES = {
    "landfill-year-1": period(
        year=1,
        waste=36500,
        bought=2600,
        gas=220000,
        methanol=95,
        products={"feed": 1500, "biodiesel": 900, "insect": 0, "compost": 2200},
    ),
    "landfill-year-3-insects": period(
        year=3,
        waste=36500,
        prior=30000,
        captured=0.3,
        bought=3400,
        gas=180000,
        products={"feed": 0, "biodiesel": 700, "insect": 1100, "compost": 2600},
    ),
    "incineration": period(
        year=3,
        waste=36500,
        prior=30000,
        landfilled=False,
        bought=2600,
        gas=220000,
        methanol=95,
        products={"feed": 1500, "biodiesel": 900, "insect": 0, "compost": 2200},
    ),
    # The missing month counts as much as the highest month that was read.
    "month-missing": period(
        year=1,
        waste=36500,
        bought=2600,
        gas=sum(MONTHLY_GAS) - MONTHLY_GAS[5] + max(MONTHLY_GAS),
        products={"feed": 1500, "biodiesel": 0, "insect": 0, "compost": 0},
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
