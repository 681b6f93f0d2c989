"""The cases of roof.toml, computed apart: plain fractions, neither the document nor the engine."""

import json
import math
from fractions import Fraction

AVERAGE, OPERATING, BUILD, WEIGHT = map(Fraction, ("0.1564", "0.8587", "0.2854", "0.75"))
MARGIN = WEIGHT * OPERATING + (1 - WEIGHT) * BUILD


def period(made, used, factor):
    kilograms = math.floor((sum(map(Fraction, made)) - sum(map(Fraction, used))) * factor * 1000)
    return {"outputs": {"credit_kg": str(max(0, kilograms))}}


CASES = {
    "gap": period(["52", "52", "61"], ["1", "1", "1.5"], AVERAGE),
    "margin": period(["100"], ["2"], MARGIN),
    "outage": period(["0"], ["2"], AVERAGE),
}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
