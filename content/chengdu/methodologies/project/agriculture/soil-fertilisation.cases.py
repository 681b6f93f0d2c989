"""Worked cases of soil-fertilisation.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Fields and figures are illustrative, not survey data.
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


CROPS = ("rice", "wheat", "maize", "rapeseed", "vegetable")
DIRECT = dict(
    zip(CROPS, map(Fraction, ("0.003", "0.0106", "0.0106", "0.0106", "0.0106")), strict=True)
)
GAS_SHARE, GAS_N2O, LEACH_SHARE, LEACH_N2O = (
    Fraction("0.1"),
    Fraction("0.01"),
    Fraction("0.3"),
    Fraction("0.0075"),
)
GWP_N2O, DIESEL_T_PER_T = 265, Fraction("3.09591")
# Making a kilogram of nitrogen fertiliser, kg of CO2e: an assumption.
MAKING_KG = Fraction("4.0")


def t_co2e(crop, nitrogen_kg):
    """Tonnes of CO2e from the nitrous oxide of `nitrogen_kg` put on a crop."""
    n2o_n = nitrogen_kg * DIRECT[crop]
    n2o_n += nitrogen_kg * GAS_SHARE * GAS_N2O + nitrogen_kg * LEACH_SHARE * LEACH_N2O
    return n2o_n * 44 / 28 * GWP_N2O / 1000


def period(fields, diesel, making=False, uncertainty="0.09"):
    """`fields` gives by crop: hectares, kg N per ha before and after, t per ha before and after."""
    before = after = saved = lost = spread = Fraction(0)
    for crop, row in fields.items():
        area, n_before, n_after, y_before, y_after = map(Fraction, row)
        before += t_co2e(crop, n_before * area)
        after += t_co2e(crop, n_after * area)
        saved += (n_before - n_after) * area
        spread += n_before * area
        if y_after < y_before:
            lost += n_before * area * (1 - y_after / y_before)
    # What is no longer grown here is grown elsewhere, at the mean emission of a kg of nitrogen.
    leak = before * lost / spread
    made = saved * MAKING_KG / 1000 if making else Fraction(0)
    project = after + sum(map(Fraction, diesel)) * DIESEL_T_PER_T
    reduction = lowered(before - after + made, Fraction(uncertainty))
    reduction -= sum(map(Fraction, diesel)) * DIESEL_T_PER_T + leak
    outputs = {"BE": before, "PE": project, "LE": leak, "MADE": made, "ER": reduction}
    if reduction >= 0:
        outputs["credit_kg"] = Fraction(math.floor(reduction * 1000))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


PLAIN_COUNTY = {
    "rice": ("5200", "180", "148", "8.2", "8.3"),
    "wheat": ("2100", "165", "140", "5.1", "5.1"),
    "maize": ("900", "210", "176", "6.8", "6.7"),
    "rapeseed": ("1800", "160", "138", "2.4", "2.4"),
    "vegetable": ("650", "420", "330", "38", "38.5"),
}
MAIZE = {"maize": ("1000", "230", "200", "6.8", "6.8")}
BILLS = ["0.8", "0.7", "0.9", "1.1", "0.9", "0.6", "0.7", "0.8", "1.2", "1.0", "0.8"]

CASES = {
    "plain-county": period(PLAIN_COUNTY, [*BILLS, "0.7"], uncertainty="0.14"),
    "plain-county-gap": period(PLAIN_COUNTY, [*BILLS, "1.2"], uncertainty="0.14"),
    "maize-1000-ha": period(MAIZE, ["0"]),
    "vegetables-with-making": period(
        {"vegetable": ("320", "460", "310", "40", "39")},
        ["1.5", "1.4"],
        making=True,
        uncertainty="0.25",
    ),
    "more-nitrogen": period({"wheat": ("300", "150", "162", "5", "5.2")}, ["0.3"]),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
