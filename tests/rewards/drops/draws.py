"""A drop for tests: the mall, a public log with three witnesses, and people with points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tanhui.identity.commands import platform_actor, register_simulated
from tanhui.publiclog.asking import Answer
from tanhui.rewards.drops import commands, running
from tanhui.rewards.drops.records import Drop, Entry
from tanhui.tlog.draws import BIND_PATH
from tanhui.tlog.policy import Witness
from tests.cast import NOW, OPERATOR
from tests.publiclog import logs
from tests.rewards.mall import Mall, give_points, open_mall

CLOSES = NOW + timedelta(days=2)
LATER = CLOSES + timedelta(minutes=1)


@dataclass
class Draws:
    """The mall with its log."""

    mall: Mall
    log: logs.PublicLog
    silent: set[str] = field(default_factory=set)

    def send(self, witness: Witness, path: str, body: bytes) -> Answer:
        """What a witness answers."""
        if witness.name in self.silent:
            return Answer(0, "silent")
        memory = self.log.trio.memories[witness.name]
        found = memory.bind_draw(body) if path == BIND_PATH else memory.tell_draw(body)
        return Answer(found.status, found.body, found.content_type)

    def open(self, *, units: int = 3, at: datetime = NOW, **told: Any) -> Drop:
        """A drop of some bowls of tea."""
        offer = self.mall.offer(told.pop("code", "R-9002"), release="drop", **told)
        batch = self.mall.stock(offer, units)
        return self.open_batch(offer, batch.id, at=at)

    def open_batch(self, offer: str, batch_id: int, *, at: datetime = NOW) -> Drop:
        """A drop of a batch."""
        return commands.open_drop(
            actor=OPERATOR,
            offer_code=offer,
            batch_id=batch_id,
            opens_at=at,
            closes_at=CLOSES,
            at=at,
            send=self.send,
        )

    def people(self, count: int, points: int = 300) -> list[int]:
        """Citizens with points, none of whom is one of the cast."""
        found = register_simulated(actor=OPERATOR, count=count + 40, at=NOW)[-count:]
        give_points(found, points)
        return found

    def enter(self, drop: Drop, citizen_id: int, *, key: str = "k", at: datetime = NOW) -> Entry:
        """One entry."""
        return commands.enter_drop(
            actor=self.mall.citizen(citizen_id), drop=drop.code, key=key, at=at
        )

    def close(self, at: datetime = LATER) -> int:
        """The job that freezes lists."""
        return running.close_due(actor=platform_actor(), at=at)

    def draw(self, at: datetime = LATER) -> int:
        """The job that draws."""
        return running.draw_due(actor=platform_actor(), at=at, send=self.send)

    def settle(self, at: datetime = LATER, limit: int = 100_000) -> int:
        """The job that gives points back."""
        return running.settle_due(actor=platform_actor(), at=at, limit=limit)

    def hold(self, at: datetime = LATER) -> None:
        """From the last entry to the last point that returns."""
        assert self.close(at) == 1
        self.log.publish(at)
        assert self.draw(at) == 1
        self.settle(at)
        self.log.publish(at)


def made(var: Path) -> Iterator[Draws]:
    """The mall and its log, for as long as a test runs."""
    for log in logs.made(var):
        yield Draws(open_mall(), log)
