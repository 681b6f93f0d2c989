"""One process with its share of the clients that redeem: `redemption` starts several of them."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from benchmarks.setting import set_up

set_up()

from django.db import connection  # noqa: E402

from tanhui.config.database import open_url  # noqa: E402
from tanhui.kernel.actors import Actor, Assurance  # noqa: E402
from tanhui.rewards.redeeming import redeem_reward  # noqa: E402
from tanhui.scenes.in_force import library_in_force  # noqa: E402

CLIENTS, PROCESSES, SECONDS = 16, 4, 6
CITIZENS = 20_000


def citizen(number: int) -> Actor:
    """How a citizen of the benchmark acts."""
    return Actor(f"person:{number}", frozenset({"citizen"}), number, None, Assurance.PHONE)


def work(offers: int, place: int) -> int:
    """Redeems for some seconds, each client by itself; answers how many redemptions were made."""
    made = [0] * (CLIENTS // PROCESSES)
    stop = time.monotonic() + SECONDS

    def client(number: int) -> None:
        chance = Random(place * 1_000 + number)
        while time.monotonic() < stop:
            redeem_reward(
                actor=citizen(chance.randint(1, CITIZENS)),
                offer_code=f"B-{chance.randint(1, offers)}",
                units=1,
                key=uuid4().hex,
                at=datetime.now(UTC),
            )
            made[number] += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(made))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made)


def main(url: str, offers: int, place: int) -> None:
    """Reads what every process reads once, then waits for the word to begin."""
    open_url(url)
    library_in_force()
    print("ready", flush=True)
    sys.stdin.readline()
    print(work(offers, place))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
