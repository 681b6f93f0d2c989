"""A program that posts batches until it is killed, and keeps a log of what it knows.

`ask N` is written before batch N is sent and `ack N` after its commit was acknowledged. A batch
asked and not acknowledged is in doubt: after any interruption it is sent again first, and then
every item must answer `ok`, or every item `exists`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

import django
from django.db import DatabaseError, connections, transaction

from tanhui.config.database import Database, migrate, open_url
from tanhui.kernel.refusals import Refusal
from tanhui.ledger import chart, commands
from tanhui.ledger.chart import CITY_HOLDER_ID, CREDIT_HELD, Reason
from tanhui.ledger.transfers import AccountKey, Phase, Resolution, Transfer
from tests.ledger.model import Item

AT = datetime(2026, 3, 1, tzinfo=UTC)
HOLDERS = 500
FUNDS = 10**9
BATCH_ITEMS = 30
POOL = AccountKey(CITY_HOLDER_ID, chart.CREDIT_ISSUED)


def item_id(writer: int, batch: int, place: int) -> UUID:
    """Everyone can tell from the numbers alone which ids a batch has."""
    return UUID(int=(writer + 1 << 80) + (batch << 16) + place)


def batch_items(writer: int, batch: int) -> list[Item]:
    """A third each: issued and spent, reserved, and the reservations of the batch before posted."""
    items: list[Item] = []
    for place in range(BATCH_ITEMS):
        new = item_id(writer, batch, place)
        citizen = AccountKey((batch * 7 + place * 13) % HOLDERS + 1, CREDIT_HELD)
        other = AccountKey(citizen.holder_id % HOLDERS + 1, CREDIT_HELD)
        debit, credit = (POOL, citizen) if place % 2 else (citizen, other)
        if place >= 20 and batch > 0:
            held = item_id(writer, batch - 1, place - 10)
            items.append(Resolution(new, held, Phase.POST if place % 3 else Phase.VOID))
        else:
            items.append(
                Transfer(new, debit, credit, 1, Reason.POINTS_SPENT, pending=10 <= place < 20)
            )
    return items


def prepare() -> None:
    """Tables, accounts and enough credits that nothing is ever refused."""
    with transaction.atomic():
        commands.open_accounts(holder_ids=range(1, HOLDERS + 1), kinds=[CREDIT_HELD])
        gifts = [
            Transfer(
                UUID(int=number),
                POOL,
                AccountKey(number, CREDIT_HELD),
                FUNDS,
                Reason.BEHAVIOUR_RECORDED,
            )
            for number in range(1, HOLDERS + 1)
        ]
        results = commands.post_transfers(transfers=gifts, at=AT)
    if set(results) != {"ok"}:
        raise SystemExit(f"the gifts answered {set(results)}")


def known(log: Path) -> tuple[int, bool]:
    """The last batch that was asked, and whether it is in doubt."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    if not lines:
        return -1, False
    verb, number = lines[-1].split()
    return int(number), verb == "ask"


def wanted(log: Path) -> Iterator[tuple[int, bool]]:
    """The batches to send, each with whether it is sent again."""
    last, in_doubt = known(log)
    if in_doubt:
        yield last, True
    while True:
        last += 1
        yield last, False


def write(writer: int, log: Path, file: TextIO, *, only_doubts: bool) -> None:
    """Posts batch after batch; a lost server is waited for."""
    for batch, again in wanted(log):
        if only_doubts and not again:
            return
        if not again:
            note(file, "ask", batch)
        while True:
            try:
                with transaction.atomic():
                    results = commands.post_transfers(transfers=batch_items(writer, batch), at=AT)
                break
            except DatabaseError:
                again = True
                connections.close_all()
                time.sleep(0.02)
        if set(results) != {"ok"} and not (again and set(results) == {"exists"}):
            raise SystemExit(f"batch {batch} answered {results}")
        note(file, "ack", batch)


def note(file: TextIO, verb: str, batch: int) -> None:
    """A whole line at once, handed to the system, so that only its own death can lose it."""
    os.write(file.fileno(), f"{verb} {batch}\n".encode())


def opened_at_last(url: str) -> Database:
    """The database, once it is up: it may have been killed while this program was starting."""
    while True:
        try:
            return open_url(url)
        except Refusal as refusal:
            if not refusal.transient:
                raise
            time.sleep(0.02)


def main() -> None:
    django.setup()
    verb, url, writer, log = sys.argv[1:5]
    opened = opened_at_last(url)
    if verb == "prepare":
        migrate(opened)
        prepare()
        return
    with Path(log).open("a") as file:
        write(int(writer), Path(log), file, only_doubts=verb == "finish")


if __name__ == "__main__":
    main()
