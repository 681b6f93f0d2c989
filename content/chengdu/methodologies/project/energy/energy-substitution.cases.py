"""Worked cases of energy-substitution.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Plants and figures are reconstructions, not plant data.
"""

import json
import math
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 40

# Default fuel data: gas NCV 389.31 GJ/10^4 Nm3, 15.3 tC/TJ, 99 % oxidised; coal and diesel per t.
GAS_T_PER_NM3 = (
    Fraction("389.31") / 1000 / 10000 * Fraction("15.3") * Fraction("0.99") * Fraction(44, 12)
)
GAS_TJ_PER_NM3 = Fraction("389.31") / 1000 / 10000
COAL_T_PER_T = Fraction("1.747088")
DIESEL_T_PER_T = Fraction("3.09591")
UPSTREAM_T_PER_TJ = Fraction("2.9")
SICHUAN_2018, SICHUAN_2023, NATIONAL_2023 = (
    Fraction("0.1031"),
    Fraction("0.1564"),
    Fraction("0.5306"),
)


def plain(number):
    """A fraction as a decimal text of 18 places."""
    value = Decimal(number.numerator) / Decimal(number.denominator)
    return format(value.quantize(Decimal("1e-18")).normalize(), "f")


def period(
    history,
    output,
    capacity,
    power,
    grid,
    project_gas=Fraction(0),
    years=Fraction(1),
    deficit_kg=Fraction(0),
):
    """One monitoring period. `history` lists (product t, gas Nm3, coal t, diesel t) by year."""
    products = sum(Fraction(row[0]) for row in history)
    intensity = [sum(Fraction(row[column]) for row in history) / products for column in (1, 2, 3)]
    credited = min(Fraction(output), Fraction(capacity) * years)
    gas, coal, diesel = (credited * each for each in intensity)
    before = gas * GAS_T_PER_NM3 + coal * COAL_T_PER_T + diesel * DIESEL_T_PER_T
    after = Fraction(power) * grid + Fraction(project_gas) * GAS_T_PER_NM3
    more_gas = Fraction(project_gas) - gas
    leak = more_gas * GAS_TJ_PER_NM3 * UPSTREAM_T_PER_TJ if more_gas > 0 else Fraction(0)
    reduction = before - after - leak - deficit_kg / 1000
    outputs = {"P_c": credited, "BE": before, "PE": after, "LE": leak, "ER": reduction}
    if reduction >= 0:
        outputs["credit_kg"] = Fraction(math.floor(reduction * 1000))
        outputs["credit_kg_deficit"] = Fraction(0)
    else:
        outputs["credit_kg"] = Fraction(0)
        outputs["credit_kg_deficit"] = Fraction(math.ceil(-reduction * 1000))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


FURNACE = [
    ("14800", "2060000", "0", "0"),
    ("15100", "2130000", "0", "0"),
    ("15100", "2110000", "0", "0"),
]
STEAM = [
    ("40000", "0", "6000", "12"),
    ("42000", "0", "6300", "13"),
    ("41000", "0", "6150", "12"),
    ("43000", "0", "6450", "13"),
]
# Twelve months of glass, and eleven of electricity: the missing one takes the highest reading.
GLASS = [Fraction(1250)] * 10 + [Fraction(1240), Fraction(1260)]
POWER = [Fraction(758)] * 9 + [Fraction(749), Fraction(771)]

CASES = {
    "glass-furnace": period(FURNACE, 15000, 16000, 9100, SICHUAN_2023),
    "glass-furnace-2018": period(FURNACE, 15000, 16000, 9100, SICHUAN_2018),
    "glass-furnace-national": period(FURNACE, 15000, 16000, 9100, NATIONAL_2023),
    "coal-boiler-to-gas": period(
        STEAM,
        44000,
        42000,
        200,
        SICHUAN_2023,
        project_gas=Fraction(3300000),
        deficit_kg=Fraction(1500),
    ),
    "glass-furnace-gap": period(FURNACE, sum(GLASS), 16000, sum(POWER) + max(POWER), SICHUAN_2023),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
