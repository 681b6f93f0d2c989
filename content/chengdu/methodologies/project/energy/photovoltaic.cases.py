"""Worked cases of photovoltaic.chengdu, computed apart from the document.

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


# Central China grid of the 2019 table (it then held Sichuan), t/MWh: operating and build margin.
OPERATING, BUILD = Fraction("0.8587"), Fraction("0.2854")
AVERAGE_SICHUAN, WEIGHT_SUN = Fraction("0.1564"), Fraction("0.75")


def period(
    made, used, marginal=True, old="0", average=AVERAGE_SICHUAN, build=BUILD, operating=OPERATING
):
    """`made` and `used` are MWh by month; `old` is what moved modules would have made elsewhere."""
    margin = WEIGHT_SUN * operating + (1 - WEIGHT_SUN) * build
    factor = margin if marginal else average
    generated, consumed = sum(map(Fraction, made)), sum(map(Fraction, used))
    outputs = {"BE": generated * factor, "PE": consumed * factor, "LE": Fraction(old) * factor}
    reduction = outputs["BE"] - outputs["PE"] - outputs["LE"]
    outputs["ER"] = reduction
    outputs["credit_kg"] = Fraction(max(0, math.floor(reduction * 1000)))
    return {"outputs": {name: plain(value) for name, value in outputs.items()}}


ROOF = ["52", "58", "88", "112", "128", "121", "139", "142", "92", "66", "55"]
USED = ["0.4"] * 11

CASES = {
    "one-megawatt-margin": period([*ROOF, "47"], [*USED, "0.6"]),
    "one-megawatt-average": period([*ROOF, "47"], [*USED, "0.6"], marginal=False),
    "one-megawatt-golden": period(
        ["1100"], ["0"], operating=Fraction("0.7"), build=Fraction("0.7")
    ),
    "moved-modules": period(["610", "580"], ["3", "2.5"], old="140"),
    "one-megawatt-gap": period([*ROOF, "52"], [*USED, "0.4"]),
    "long-outage": period(["0", "1.2"], ["0.9", "1.1"], marginal=False),
}

if __name__ == "__main__":
    print(json.dumps(CASES, ensure_ascii=False, indent=1))
