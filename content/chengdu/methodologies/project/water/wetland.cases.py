"""Worked cases of wetland.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Areas, stocks and fluxes are reconstructions, not survey data.
"""

import json
import math
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 40


def plain(number):
    """A fraction as a decimal text of 18 places."""
    value = Decimal(number.numerator) / Decimal(number.denominator)
    return format(value.quantize(Decimal("1e-18")).normalize(), "f")


def lowered(value, uncertainty):
    """`value` less the share that its relative uncertainty costs; a loss grows by it."""
    for most, share in (
        (Fraction("0.10"), Fraction(0)),
        (Fraction("0.20"), Fraction("0.06")),
        (Fraction("0.30"), Fraction("0.11")),
    ):
        if uncertainty <= most:
            return value * (1 - share if value >= 0 else 1 + share)
    raise ValueError("the uncertainty is too high")


ZONES = ("open_water", "emergent", "wet_meadow", "woody")
CH4_KG = dict(zip(ZONES, map(Fraction, ("235", "235", "235", "235")), strict=True))
N2O_KG = dict(zip(ZONES, map(Fraction, ("0.5", "1.0", "1.5", "1.5")), strict=True))
GWP_CH4, GWP_N2O = 28, 265
GRID, DIESEL_T_PER_T = Fraction("0.1564"), Fraction("3.09591")


def period(
    areas,
    soil,
    plants,
    years,
    counted,
    power=(),
    diesel="0",
    base="0",
    before_ch4="0",
    moved="0",
    uncertainty="0.09",
):
    """`soil` and `plants` give, by zone, tonnes of carbon per hectare at both surveys."""
    change = Fraction(0)
    for zone, area in zip(ZONES, areas, strict=True):
        (soil_1, soil_2), (plant_1, plant_2) = soil[zone], plants[zone]
        change += Fraction(area) * (
            (Fraction(soil_2) - Fraction(soil_1)) + (Fraction(plant_2) - Fraction(plant_1))
        )
    sink = lowered(change * 44 / 12, Fraction(uncertainty))
    total = sum(map(Fraction, areas))
    ch4 = sum(
        Fraction(area) * CH4_KG[zone] for zone, area in zip(ZONES, areas, strict=True)
    ) * Fraction(years)
    n2o = sum(
        Fraction(area) * N2O_KG[zone] for zone, area in zip(ZONES, areas, strict=True)
    ) * Fraction(years)
    gases = (ch4 * GWP_CH4 + n2o * GWP_N2O) / 1000
    before = Fraction(before_ch4) * total * Fraction(years) * GWP_CH4 / 1000
    baseline = Fraction(base) * total * Fraction(years) - (before if counted else 0)
    project = (
        (gases if counted else 0)
        + sum(map(Fraction, power)) * GRID
        + Fraction(diesel) * DIESEL_T_PER_T
    )
    leak = Fraction(moved) * 2 * Fraction(44, 12)
    reduction = sink - baseline - project - leak
    outputs = {"SINK": sink, "GAS": gases, "BE": baseline, "PE": project, "LE": leak}
    outputs["ER"] = reduction
    if reduction >= 0:
        outputs["credit_kg"] = Fraction(math.floor(reduction * 1000))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


AREAS = ("30", "35", "15", "5")
SOIL = dict(zip(ZONES, (("60", "63.5"), ("70", "78.6"), ("66", "74.8"), ("64", "70")), strict=True))
PLANTS = dict(
    zip(ZONES, (("0.2", "0.6"), ("1.5", "5.2"), ("1.8", "4.4"), ("12", "26")), strict=True)
)
PUMPS = ["9", "8", "11", "12", "14", "13", "10"]
RICH = dict(zip(ZONES, (("60", "69"), ("70", "98"), ("66", "93"), ("64", "90")), strict=True))

CASES = {
    "alder-river": period(AREAS, SOIL, PLANTS, 8, False, [*PUMPS, "9"], "2.5"),
    "alder-river-gap": period(AREAS, SOIL, PLANTS, 8, False, [*PUMPS, "14"], "2.5"),
    "alder-river-with-methane": period(AREAS, SOIL, PLANTS, 8, True, [*PUMPS, "9"], "2.5"),
    "paddy-restored-with-methane": period(
        ("4", "18", "12", "6"),
        RICH,
        PLANTS,
        5,
        True,
        ["6"],
        "0.8",
        base="0.2",
        before_ch4="190",
        moved="3",
        uncertainty="0.16",
    ),
    "lake-shore": period(
        ("0", "22", "8", "11"),
        SOIL,
        PLANTS,
        8,
        False,
        ["2", "2"],
        "1.1",
        base="0.4",
        moved="5",
        uncertainty="0.22",
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
