"""The cases of heap.toml, computed apart: plain floats, neither the document nor the engine."""

import json
import math

SHARE = {"food": 0.75, "paper": 0.25}
CARBON = {"food": 0.04, "paper": 0.10}
HALF = {"food": 2, "paper": 10}


def years(delivered, uncertain=0.06, power=(20, 60)):
    response = [
        sum(
            SHARE[sort] * CARBON[sort] * 2 ** (-age / HALF[sort]) * (1 - 0.5 ** (1 / HALF[sort]))
            for sort in SHARE
        )
        for age in range(10)
    ]
    released = sum(
        delivered[early] * response[late - early]
        for late in range(len(delivered))
        for early in range(late + 1)
    )
    reduction = released * 16 / 12 * 28 * (1 - uncertain) - sum(power) * 0.1564
    return {"outputs": {"ER": str(reduction), "credit_kg": str(math.floor(reduction * 1000))}}


CASES = {"two-years": years([900, 1200])}

if __name__ == "__main__":
    print(json.dumps(CASES, indent=1))
