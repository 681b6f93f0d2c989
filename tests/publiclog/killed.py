"""A publisher that kills itself: `python -m tests.publiclog.killed VAR STEP COUNT`.

It runs rounds on the database of the environment until a step was done COUNT times, and is then
gone as if the power had been cut. Without a step it runs until somebody else kills it.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.setting import set_up

set_up()

from tanhui.config.database import open_database  # noqa: E402
from tanhui.publiclog import site  # noqa: E402
from tanhui.publiclog.publisher import right_to_publish  # noqa: E402
from tests.publiclog import logs  # noqa: E402


def main(var: Path, name: str, count: int) -> None:
    """Rounds until the end."""
    done = 0

    def step(reached: str) -> None:
        nonlocal done
        done += reached == name
        if done == count:
            os.kill(os.getpid(), signal.SIGKILL)

    database = open_database()
    for log in logs.made(var):
        with right_to_publish(site.folder()):
            publisher = log.again(step).publisher
            while True:
                at = datetime.now(UTC)
                log.trio.now = at.timestamp()
                publisher.round(at)
                print("round", flush=True)
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
