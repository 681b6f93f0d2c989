"""Worked cases of energy-substitution.chengdu, computed apart from the document.

Plain fractions and the standard library only; nothing here reads the TOML file or the engine.
Plants and figures are reconstructions, not plant data.
"""

import json
import math
from decimal import Decimal, getcontext
from fractions import Fraction as F

getcontext().prec = 40

# Default fuel data: gas NCV 389.31 GJ/10^4 Nm3, 15.3 tC/TJ, 99 % oxidised; coal and diesel per t.
GAS_T_PER_NM3 = F("389.31") / 1000 / 10000 * F("15.3") * F("0.99") * F(44, 12)
GAS_TJ_PER_NM3 = F("389.31") / 1000 / 10000
COAL_T_PER_T = F("1.747088")
DIESEL_T_PER_T = F("3.09591")
UPSTREAM_T_PER_TJ = F("2.9")
SICHUAN_2018, SICHUAN_2023, NATIONAL_2023 = F("0.1031"), F("0.1564"), F("0.5306")


def plain(number):
    """A fraction as a decimal text of 18 places."""
    value = Decimal(number.numerator) / Decimal(number.denominator)
    return format(value.quantize(Decimal("1e-18")).normalize(), "f")


def period(history, output, capacity, power, grid, project_gas=F(0), years=F(1), deficit_kg=F(0)):
    """One monitoring period. `history` lists (product t, gas Nm3, coal t, diesel t) by year."""
    products = sum(F(row[0]) for row in history)
    intensity = [sum(F(row[column]) for row in history) / products for column in (1, 2, 3)]
    credited = min(F(output), F(capacity) * years)
    gas, coal, diesel = (credited * each for each in intensity)
    before = gas * GAS_T_PER_NM3 + coal * COAL_T_PER_T + diesel * DIESEL_T_PER_T
    after = F(power) * grid + F(project_gas) * GAS_T_PER_NM3
    more_gas = F(project_gas) - gas
    leak = more_gas * GAS_TJ_PER_NM3 * UPSTREAM_T_PER_TJ if more_gas > 0 else F(0)
    reduction = before - after - leak - deficit_kg / 1000
    outputs = {"P_c": credited, "BE": before, "PE": after, "LE": leak, "ER": reduction}
    if reduction >= 0:
        outputs["credit_kg"] = F(math.floor(reduction * 1000))
        outputs["credit_kg_deficit"] = F(0)
    else:
        outputs["credit_kg"] = F(0)
        outputs["credit_kg_deficit"] = F(math.ceil(-reduction * 1000))
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
GLASS = [F(1250)] * 10 + [F(1240), F(1260)]
POWER = [F(758)] * 9 + [F(749), F(771)]

CASES = {
    "glass-furnace": period(FURNACE, 15000, 16000, 9100, SICHUAN_2023),
    "glass-furnace-2018": period(FURNACE, 15000, 16000, 9100, SICHUAN_2018),
    "glass-furnace-national": period(FURNACE, 15000, 16000, 9100, NATIONAL_2023),
    "coal-boiler-to-gas": period(
        STEAM, 44000, 42000, 200, SICHUAN_2023, project_gas=F(3300000), deficit_kg=F(1500)
    ),
    "glass-furnace-gap": period(
        FURNACE, sum(GLASS), 16000, sum(POWER) + max(POWER), SICHUAN_2023
    ),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
