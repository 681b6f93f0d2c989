"""Worked cases of greenway.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Trees, areas and bills are reconstructions, not survey data.
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
SHRUB_TC, GRASS_TC = Fraction("1.0"), Fraction("0.3")
TRANSPLANT_LOSS = Fraction("0.10")
GRID, PETROL_T_PER_T = Fraction("0.1564"), Fraction("2.925056")
N2O_N_SHARE, GWP_N2O = Fraction("0.01"), 265
RIDE_KG_PER_KM = Fraction("0.0269")


def period(
    alive,
    dead,
    years,
    shrub,
    grass,
    power,
    petrol,
    nitrogen="0",
    moved=None,
    base="0",
    uncertainty="0.08",
    ride_km=None,
    deficit_kg=Fraction(0),
):
    """One period; trees are counted by diameter class, areas in ha, nitrogen in kg."""
    growth = sum(Fraction(alive[c]) * GROWTH_KGC[c] for c in CLASSES) / 1000 * Fraction(years)
    growth += (Fraction(shrub) * SHRUB_TC + Fraction(grass) * GRASS_TC) * Fraction(years)
    lost = sum(Fraction(dead[c]) * STOCK_KGC[c] for c in CLASSES) / 1000
    sink = lowered((growth - lost) * 44 / 12, Fraction(uncertainty))
    ridden = Fraction(0) if ride_km is None else Fraction(ride_km) * RIDE_KG_PER_KM / 1000
    baseline = Fraction(base) * (Fraction(shrub) + Fraction(grass)) * Fraction(years)
    n2o = Fraction(nitrogen) * N2O_N_SHARE * 44 / 28 * GWP_N2O / 1000
    project = sum(map(Fraction, power)) * GRID + Fraction(petrol) * PETROL_T_PER_T + n2o
    moved = moved or dict.fromkeys(CLASSES, 0)
    leak = (
        sum(Fraction(moved[c]) * STOCK_KGC[c] for c in CLASSES) / 1000 * TRANSPLANT_LOSS * 44 / 12
    )
    reduction = sink + ridden - baseline - project - leak - deficit_kg / 1000
    outputs = {"SINK": sink, "MOB": ridden, "BE": baseline, "PE": project, "LE": leak}
    return settled(outputs, reduction)


def trees(*counts):
    """Counts by class."""
    return dict(zip(CLASSES, counts, strict=True))


JINCHENG = trees(42000, 61000, 9800, 1200)
JINCHENG_DEAD = trees(380, 260, 25, 3)
WATERING = ["31", "28", "36", "44", "52", "60", "71", "69", "48", "37", "33"]

CASES = {
    "jincheng-phase-one": period(
        JINCHENG,
        JINCHENG_DEAD,
        1,
        "140",
        "210",
        [*WATERING, "30"],
        "6.2",
        nitrogen="4200",
        base="0.5",
        uncertainty="0.13",
    ),
    "jincheng-phase-one-gap": period(
        JINCHENG,
        JINCHENG_DEAD,
        1,
        "140",
        "210",
        [*WATERING, "71"],
        "6.2",
        nitrogen="4200",
        base="0.5",
        uncertainty="0.13",
    ),
    "large-trees-moved-in": period(
        trees(0, 500, 900, 800),
        trees(0, 4, 22, 31),
        2,
        "8",
        "5",
        ["14"],
        "0.9",
        moved=trees(0, 100, 300, 240),
    ),
    "young-belt-with-rides": period(
        trees(12000, 2000, 0, 0),
        trees(90, 4, 0, 0),
        3,
        "30",
        "20",
        ["40", "42", "39"],
        "1.8",
        nitrogen="900",
        uncertainty="0.24",
        ride_km="850000",
        deficit_kg=Fraction(5000),
    ),
    "lawn-only": period(
        trees(0, 200, 0, 0),
        trees(0, 30, 10, 0),
        1,
        "0",
        "25",
        ["95", "110"],
        "3.5",
        nitrogen="5000",
        base="0.5",
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
