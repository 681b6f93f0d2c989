"""Writes one row per transaction and prints each number once its commit is acknowledged."""

import sys
from pathlib import Path

import psycopg

from tanhui.runtime.postgres import using


def main() -> None:
    with using(Path(sys.argv[1])) as server, psycopg.connect(server.url) as connection:
        print(server.pid, flush=True)
        for number in range(int(sys.argv[2]), 10**9):
            connection.execute("INSERT INTO written VALUES (%s)", [number])
            connection.commit()
            print(number, flush=True)


if __name__ == "__main__":
    main()
