"""Worked cases of afforestation-tending.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Areas and volumes are reconstructions, not survey data.
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


# Basic density t/m3, expansion factor, root to shoot, carbon share, by species group.
SPECIES = {
    "cunninghamia": ("0.307", "1.634", "0.246", "0.52"),
    "pinus_massoniana": ("0.38", "1.472", "0.187", "0.46"),
    "cupressus": ("0.478", "1.732", "0.22", "0.51"),
    "populus": ("0.378", "1.446", "0.227", "0.496"),
    "quercus": ("0.676", "1.355", "0.292", "0.5"),
    "eucalyptus": ("0.578", "1.263", "0.221", "0.525"),
    "broadleaf_hard": ("0.598", "1.674", "0.261", "0.497"),
    "broadleaf_soft": ("0.443", "1.586", "0.289", "0.485"),
}
DIESEL_T_PER_T = Fraction("3.09591")
# A fire burns this share of the biomass in its path; grams of gas per kg of dry matter burned.
BURNED_SHARE, CH4_G_PER_KG, N2O_G_PER_KG = Fraction("0.45"), Fraction("4.7"), Fraction("0.26")
GWP_CH4, GWP_N2O = 28, 265


def carbon(volumes, areas):
    """Tonnes of carbon in the trees of all strata."""
    total = Fraction(0)
    for species, volume in volumes.items():
        density, expansion, roots, share = map(Fraction, SPECIES[species])
        total += (
            Fraction(volume) * Fraction(areas[species]) * density * expansion * (1 + roots) * share
        )
    return total


def period(
    first,
    last,
    areas,
    years,
    base="0",
    diesel=Fraction(0),
    burned="0",
    moved="0",
    uncertainty="0.08",
    deficit_kg=Fraction(0),
):
    """Volumes (m3/ha) at the first and last survey over `areas` (ha)."""
    c1, c2 = carbon(first, areas), carbon(last, areas)
    stock = lowered((c2 - c1) * 44 / 12, Fraction(uncertainty))
    baseline = Fraction(base) * sum(Fraction(area) for area in areas.values()) * Fraction(years)
    fire = Fraction(burned) * BURNED_SHARE / 1000
    fire = fire * CH4_G_PER_KG * GWP_CH4 + fire * N2O_G_PER_KG * GWP_N2O
    project = diesel * DIESEL_T_PER_T + fire
    leak = Fraction(moved)
    reduction = stock - baseline - project - leak - deficit_kg / 1000
    outputs = {"C1": c1, "C2": c2, "SINK": stock, "BE": baseline, "PE": project, "LE": leak}
    return settled(outputs, reduction)


PARK_AREAS = {"cupressus": "420", "quercus": "260", "broadleaf_soft": "310", "populus": "276.5"}
PARK_1 = {"cupressus": "38", "quercus": "29", "broadleaf_soft": "31", "populus": "44"}
PARK_2 = {"cupressus": "52", "quercus": "41", "broadleaf_soft": "53", "populus": "68"}
# Five years of quarterly fuel bills, t; one quarter is missing in the gap case.
BILLS = [Fraction("0.9"), Fraction("1.1"), Fraction("1.0"), Fraction("0.8")] * 4 + [
    Fraction("0.9"),
    Fraction("1.1"),
    Fraction("1.0"),
]

CASES = {
    "fir-100-ha": period(
        {"cunninghamia": "0"}, {"cunninghamia": "120"}, {"cunninghamia": "100"}, 10
    ),
    "longquanshan": period(
        PARK_1,
        PARK_2,
        PARK_AREAS,
        5,
        base="0.6",
        diesel=sum(BILLS) + Fraction("0.8"),
        uncertainty="0.14",
    ),
    "tending-oak": period(
        {"quercus": "61"},
        {"quercus": "84"},
        {"quercus": "120"},
        6,
        base="4.2",
        diesel=Fraction("7.5"),
        moved="35",
        uncertainty="0.26",
        deficit_kg=Fraction(12000),
    ),
    "longquanshan-gap": period(
        PARK_1,
        PARK_2,
        PARK_AREAS,
        5,
        base="0.6",
        diesel=sum(BILLS) + max(BILLS),
        uncertainty="0.14",
    ),
    "after-a-fire": period(
        {"pinus_massoniana": "95"},
        {"pinus_massoniana": "70"},
        {"pinus_massoniana": "60"},
        3,
        base="1",
        burned="900",
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
