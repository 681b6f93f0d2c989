"""Worked cases of energy-retrofit.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Plants and figures are illustrative, not plant data.
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


GRID_SICHUAN_2023 = Fraction("0.1564")
# tC/TJ and the oxidised share of natural gas, bituminous coal, diesel and LPG.
CARBON = {
    "natural_gas": (Fraction("15.3"), Fraction("0.99")),
    "bituminous": (Fraction("26.18"), Fraction("0.93")),
    "diesel": (Fraction("20.2"), Fraction("0.98")),
    "lpg": (Fraction("17.2"), Fraction("0.98")),
}


def t_per_gj(fuel):
    """Tonnes of CO2 per GJ of `fuel`."""
    carbon, oxidised = CARBON[fuel]
    return carbon * oxidised * 44 / 12 / 1000


def lowered(value, uncertainty):
    """`value` less the share that the relative uncertainty of a saving costs."""
    for most, share in (
        (Fraction("0.10"), Fraction(0)),
        (Fraction("0.20"), Fraction("0.05")),
        (Fraction("0.35"), Fraction("0.10")),
    ):
        if uncertainty <= most:
            return value * (1 - share if value >= 0 else 1 + share)
    raise ValueError("the uncertainty is too high")


def period(
    months,
    power_line,
    fuel_lines,
    power,
    heat,
    adjust=Fraction(0),
    uncertainty="0.08",
    moved=Fraction(0),
):
    """One monitoring period; a line is (a, b, c): a month, a tonne and a heating degree day."""
    expected_power = Fraction(0)
    expected_heat = dict.fromkeys(CARBON, Fraction(0))
    for output, degree_days in months:
        a, b, c = map(Fraction, power_line)
        expected_power += a + b * Fraction(output) + c * Fraction(degree_days)
        for fuel, line in fuel_lines.items():
            a, b, c = map(Fraction, line)
            expected_heat[fuel] += a + b * Fraction(output) + c * Fraction(degree_days)
    before = (expected_power + adjust) * GRID_SICHUAN_2023
    before += sum(expected_heat[fuel] * t_per_gj(fuel) for fuel in CARBON)
    after = Fraction(power) * GRID_SICHUAN_2023
    after += sum(Fraction(heat.get(fuel, 0)) * t_per_gj(fuel) for fuel in CARBON)
    leak = Fraction(moved) * GRID_SICHUAN_2023
    reduction = lowered(before - after, Fraction(uncertainty)) - leak
    outputs = {"BE": before, "PE": after, "LE": leak, "ER": reduction}
    outputs["EB_el"] = expected_power + adjust
    outputs["EB_heat"] = sum(expected_heat.values())
    if reduction >= 0:
        outputs["credit_kg"] = Fraction(math.floor(reduction * 1000))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


# Product (t) and heating degree days by month.
YEAR = [
    (980, 310),
    (760, 240),
    (1020, 130),
    (1040, 30),
    (1060, 0),
    (1050, 0),
    (1030, 0),
    (1010, 0),
    (1040, 0),
    (1070, 25),
    (1060, 140),
    (1080, 285),
]
HALF = [(400, 300), (420, 220), (430, 120), (450, 20), (440, 0), (430, 0)]
HOTEL = [(90, 310), (85, 235), (95, 120)]

CASES = {
    "ceramics-works": period(
        YEAR,
        ("120", "0.35", "0.02"),
        {"natural_gas": ("200", "2.1", "0.5")},
        4300,
        {"natural_gas": 24100},
    ),
    "textile-mill-reused-motors": period(
        HALF,
        ("60", "0.5", "0"),
        {"bituminous": ("150", "9.5", "0.2"), "diesel": ("12", "0.05", "0")},
        1210,
        {"bituminous": 19800, "diesel": 171},
        uncertainty="0.15",
        moved=Fraction(140),
    ),
    "hotel-boiler-adjusted": period(
        HOTEL,
        ("85", "0.1", "0.08"),
        {"natural_gas": ("90", "1.2", "2.5")},
        246,
        {"lpg": 1580},
        adjust=Fraction("-18.5"),
        uncertainty="0.22",
    ),
    "ceramics-works-gap": period(
        YEAR,
        ("120", "0.35", "0.02"),
        {"natural_gas": ("200", "2.1", "0.5")},
        sum([358, 340, 362, 360, 361, 355, 352, 350, 357, 364, 366]) + 366,
        {"natural_gas": 24100},
    ),
    "ceramics-works-worse": period(
        YEAR,
        ("120", "0.35", "0.02"),
        {"natural_gas": ("200", "2.1", "0.5")},
        5900,
        {"natural_gas": 29700},
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
