"""Worked cases of greenway.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Trees, areas and bills are reconstructions, not survey data.
"""

import json
import math
from decimal import Decimal, getcontext
from fractions import Fraction as F

getcontext().prec = 40


def plain(number):
    """A fraction as a decimal text of 18 places."""
    value = Decimal(number.numerator) / Decimal(number.denominator)
    return format(value.quantize(Decimal("1e-18")).normalize(), "f")


def settled(outputs, reduction):
    """The case with its whole kilograms: a negative period issues nothing and is carried on."""
    outputs["ER"] = reduction
    outputs["credit_kg"] = F(max(0, math.floor(reduction * 1000)))
    outputs["credit_kg_deficit"] = F(max(0, math.ceil(-reduction * 1000)))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


def lowered(value, uncertainty):
    """`value` less the share that its relative uncertainty costs; a loss grows by it."""
    for most, share in ((F("0.10"), F(0)), (F("0.20"), F("0.06")), (F("0.30"), F("0.11"))):
        if uncertainty <= most:
            return value * (1 - share if value >= 0 else 1 + share)
    raise ValueError("the uncertainty is too high")



CLASSES = ("d5_10", "d10_20", "d20_30", "d30_up")
GROWTH_KGC = dict(zip(CLASSES, map(F, ("1.2", "3.0", "5.5", "6.0"))))
STOCK_KGC = dict(zip(CLASSES, map(F, ("8", "45", "160", "380"))))
SHRUB_TC, GRASS_TC = F("1.0"), F("0.3")
TRANSPLANT_LOSS = F("0.10")
GRID, PETROL_T_PER_T = F("0.1564"), F("2.925056")
N2O_N_SHARE, GWP_N2O = F("0.01"), 265
RIDE_KG_PER_KM = F("0.0269")


def period(alive, dead, years, shrub, grass, power, petrol, nitrogen="0", moved=None, base="0",
           uncertainty="0.08", ride_km=None, deficit_kg=F(0)):
    """One period; trees are counted by diameter class, areas in ha, nitrogen in kg."""
    growth = sum(F(alive[c]) * GROWTH_KGC[c] for c in CLASSES) / 1000 * F(years)
    growth += (F(shrub) * SHRUB_TC + F(grass) * GRASS_TC) * F(years)
    lost = sum(F(dead[c]) * STOCK_KGC[c] for c in CLASSES) / 1000
    sink = lowered((growth - lost) * 44 / 12, F(uncertainty))
    ridden = F(0) if ride_km is None else F(ride_km) * RIDE_KG_PER_KM / 1000
    baseline = F(base) * (F(shrub) + F(grass)) * F(years)
    n2o = F(nitrogen) * N2O_N_SHARE * 44 / 28 * GWP_N2O / 1000
    project = sum(map(F, power)) * GRID + F(petrol) * PETROL_T_PER_T + n2o
    moved = moved or dict.fromkeys(CLASSES, 0)
    leak = sum(F(moved[c]) * STOCK_KGC[c] for c in CLASSES) / 1000 * TRANSPLANT_LOSS * 44 / 12
    reduction = sink + ridden - baseline - project - leak - deficit_kg / 1000
    outputs = {"SINK": sink, "MOB": ridden, "BE": baseline, "PE": project, "LE": leak}
    return settled(outputs, reduction)


def trees(*counts):
    """Counts by class."""
    return dict(zip(CLASSES, counts))


JINCHENG = trees(42000, 61000, 9800, 1200)
JINCHENG_DEAD = trees(380, 260, 25, 3)
WATERING = ["31", "28", "36", "44", "52", "60", "71", "69", "48", "37", "33"]

CASES = {
    "jincheng-phase-one": period(JINCHENG, JINCHENG_DEAD, 1, "140", "210", [*WATERING, "30"],
                                 "6.2", nitrogen="4200", base="0.5", uncertainty="0.13"),
    "jincheng-phase-one-gap": period(JINCHENG, JINCHENG_DEAD, 1, "140", "210", [*WATERING, "71"],
                                     "6.2", nitrogen="4200", base="0.5", uncertainty="0.13"),
    "large-trees-moved-in": period(trees(0, 500, 900, 800), trees(0, 4, 22, 31), 2, "8", "5",
                                   ["14"], "0.9", moved=trees(0, 100, 300, 240)),
    "young-belt-with-rides": period(trees(12000, 2000, 0, 0), trees(90, 4, 0, 0), 3, "30", "20",
                                    ["40", "42", "39"], "1.8", nitrogen="900", uncertainty="0.24",
                                    ride_km="850000", deficit_kg=F(5000)),
    "lawn-only": period(trees(0, 200, 0, 0), trees(0, 30, 10, 0), 1, "0", "25", ["95", "110"],
                        "3.5", nitrogen="5000", base="0.5"),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
