"""A public log for tests: its own folder, three witnesses, and a publisher."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tanhui.cli.witness import Memory, own_signer
from tanhui.publiclog import site
from tanhui.publiclog.asking import Answer, Witnesses
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.publisher import Publisher, Round, right_to_publish
from tanhui.tlog import policy as policies
from tanhui.tlog.policy import Policy, Witness
from tanhui.tlog.witness import Request

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
NAMES = ("w1.example", "w2.example", "w3.example")


@dataclass
class Trio:
    """Three witnesses with memories on disk, asked without a network; some of them may be down."""

    folder: Path
    down: set[str] = field(default_factory=set)
    now: float = AT.timestamp()

    def __post_init__(self) -> None:
        logs = {settings.TANHUI.log_origin: [site.signer().key]}
        self.signers = {name: own_signer(name, self.folder / name) for name in NAMES}
        self.memories = {
            name: Memory(self.folder / name, signer, logs) for name, signer in self.signers.items()
        }

    @property
    def policy(self) -> Policy:
        """Two of the three must see a checkpoint."""
        named = tuple(
            Witness(name, signer.key, f"http://{name}") for name, signer in self.signers.items()
        )
        return policies.simple(site.signer().key, named, 2)

    def send(self, witness: Witness, request: Request) -> Answer:
        """What the witness answers."""
        if witness.name in self.down:
            return Answer(0, "down")
        answer = self.memories[witness.name].answer(request.written, lambda: self.now)
        return Answer(answer.status, answer.body, answer.content_type)


def append(count: int, leaf: Callable[[int], Mapping[str, object]] = lambda n: {"n": n}) -> None:
    """Leaves, each in a transaction with the next thousand."""
    for first in range(0, count, 1000):
        with transaction.atomic():
            for number in range(first, min(count, first + 1000)):
                append_leaf(leaf=leaf(number), at=AT)


@dataclass
class PublicLog:
    """A log with its trio."""

    trio: Trio
    publisher: Publisher

    @property
    def root(self) -> Path:
        """Its folder."""
        return site.folder().root

    def publish(self, at: datetime = AT) -> Round:
        """One round by whoever has the right."""
        self.trio.now = at.timestamp()
        with right_to_publish(site.folder()):
            return self.publisher.round(at)

    def again(self, step: Callable[[str], None] = lambda _: None) -> PublicLog:
        """The same log, published by a program that was just started."""
        return PublicLog(self.trio, _publisher(self.trio, step))


def _publisher(trio: Trio, step: Callable[[str], None] = lambda _: None) -> Publisher:
    return Publisher(
        site.folder(), site.signer(), site.policy, witnesses=Witnesses(trio.send), step=step
    )


def made(var: Path) -> Iterator[PublicLog]:
    """A log in this folder, for as long as a test runs; `settings` is put back."""
    before = settings.TANHUI
    settings.TANHUI = replace(before, var=var)
    try:
        trio = Trio(var / "witnesses")
        site.folder().put("policy", trio.policy.text.encode())
        yield PublicLog(trio, _publisher(trio))
    finally:
        settings.TANHUI = before
