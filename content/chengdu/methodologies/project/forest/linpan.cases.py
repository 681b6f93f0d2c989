"""Worked cases of linpan.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Settlements and figures are reconstructions, not survey data.
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


def settled(outputs, reduction):
    """The case with its whole kilograms: a negative period issues nothing and is carried on."""
    outputs["ER"] = reduction
    outputs["credit_kg"] = Fraction(max(0, math.floor(reduction * 1000)))
    outputs["credit_kg_deficit"] = Fraction(max(0, math.ceil(-reduction * 1000)))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


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


CLASSES = ("d5_10", "d10_20", "d20_30", "d30_up")
GROWTH_KGC = dict(zip(CLASSES, map(Fraction, ("1.2", "3.0", "5.5", "6.0")), strict=True))
STOCK_KGC = dict(zip(CLASSES, map(Fraction, ("8", "45", "160", "380")), strict=True))
# Bamboo biomass by age of the stand: up to so many years, t/ha; the last for all older stands.
BAMBOO = ((1, 6), (2, 18), (3, 32), (5, 45), (8, 55))
BAMBOO_OLD, BAMBOO_TC = 60, Fraction("0.5")
DIESEL_T_PER_T, WOOD_TC = Fraction("3.09591"), Fraction("0.47")


def bamboo(age):
    """Tonnes of dry bamboo per hectare at an age."""
    for most, biomass in BAMBOO:
        if age <= most:
            return Fraction(biomass)
    return Fraction(BAMBOO_OLD)


def period(
    site,
    buildings,
    stands,
    density,
    dead,
    years,
    harvest="0",
    diesel=(),
    wood="0",
    base="0",
    uncertainty="0.09",
    deficit_kg=Fraction(0),
):
    """`stands` are (hectares, age in years) of bamboo; trees are counted per hectare of plot."""
    planted = sum(Fraction(area) for area, _ in stands)
    grove = Fraction(site) - Fraction(buildings) - planted
    per_ha = (
        sum(
            Fraction(density[c]) * GROWTH_KGC[c] * Fraction(years)
            - Fraction(dead[c]) * STOCK_KGC[c]
            for c in CLASSES
        )
        / 1000
    )
    canes = sum(
        Fraction(area) * (bamboo(Fraction(age) + Fraction(years)) - bamboo(Fraction(age)))
        for area, age in stands
    )
    canes = (canes - Fraction(harvest)) * BAMBOO_TC
    sink = lowered((grove * per_ha + canes) * 44 / 12, Fraction(uncertainty))
    baseline = Fraction(base) * (grove + planted) * Fraction(years)
    project = sum(map(Fraction, diesel)) * DIESEL_T_PER_T
    leak = Fraction(wood) * WOOD_TC * 44 / 12
    reduction = sink - baseline - project - leak - deficit_kg / 1000
    outputs = {"A_open": grove, "C_bamboo": canes, "SINK": sink, "BE": baseline}
    outputs |= {"PE": project, "LE": leak}
    return settled(outputs, reduction)


def trees(*counts):
    """Counts per hectare by class."""
    return dict(zip(CLASSES, counts, strict=True))


VILLAGE = [("0.35", "2"), ("0.2", "6")]
CASES = {
    "one-village": period(
        "3.2",
        "0.7",
        VILLAGE,
        trees(220, 260, 90, 30),
        trees(4, 2, 0, 0),
        1,
        diesel=["0.012", "0.010", "0.011", "0.014"],
    ),
    "one-village-gap": period(
        "3.2",
        "0.7",
        VILLAGE,
        trees(220, 260, 90, 30),
        trees(4, 2, 0, 0),
        1,
        diesel=["0.012", "0.010", "0.011", "0.012"],
    ),
    "nine-settlements": period(
        "46",
        "11.5",
        [("4", "1"), ("3.5", "3"), ("2", "9")],
        trees(180, 240, 85, 26),
        trees(9, 5, 1, 0),
        2,
        harvest="31",
        diesel=["0.4", "0.5"],
        wood="12",
        base="0.8",
        uncertainty="0.18",
    ),
    "old-grove-with-debt": period(
        "5",
        "1",
        [("1", "9")],
        trees(100, 150, 120, 60),
        trees(2, 2, 1, 1),
        3,
        base="0.3",
        uncertainty="0.27",
        deficit_kg=Fraction(2400),
    ),
    "bamboo-cleared": period(
        "3.2", "0.7", VILLAGE, trees(220, 260, 90, 30), trees(4, 2, 0, 1), 1, harvest="24", wood="3"
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
