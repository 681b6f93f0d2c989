"""Reads and plays text tables of ledger cases (`cases/*.txt`; the format is in `cases/README.md`).

Nothing here knows how the books work: it turns lines into calls and compares the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from django.db import transaction

from tanhui.ledger import chart, commands, queries
from tanhui.ledger.chart import Kind, Reason
from tanhui.ledger.transfers import AccountKey, Phase, Resolution, Transfer

CASES = Path(__file__).with_name("cases")
START = datetime(2026, 3, 1, tzinfo=UTC)
_NAMES = UUID("7a1d3e2c-0c57-5b9e-8a51-1f7a2d5c9b10")
_POOLS = {
    "issued": chart.CREDIT_ISSUED,
    "used": chart.CREDIT_RETIRED,
    "earned": chart.POINTS_ISSUED,
    "spent": chart.POINTS_USED,
    "measured": chart.REDUCTION_MEASURED,
}
_CITIZENS = {
    "kg": chart.CREDIT_HELD,
    "points": chart.CITIZEN_POINTS,
    "mg": chart.CITIZEN_REDUCTION,
    "strange": Kind(9_999, "strange", chart.Asset.CREDIT_KG),
}
_PHASES = {"post": Phase.POST, "void": Phase.VOID, "expire": Phase.EXPIRE}
_TRANSFER = re.compile(
    r"(?P<id>\w+) +(?P<debit>[\w.]+) > (?P<credit>[\w.]+) +(?P<amount>[-+\d_]+)"
    r"(?P<pending> +pending)?( +until (?P<until>[-\d.]+))?( +for (?P<reason>[\w.]+))?"
    r" += (?P<result>\w+)"
)
_RESOLUTION = re.compile(
    r"(?P<id>\w+) +(?P<phase>post|void|expire) (?P<pending>\w+)( +for (?P<reason>[\w.]+))?"
    r" += (?P<result>\w+)"
)
_BALANCE = re.compile(
    r"(?P<account>[\w.]+) +has +(?P<available>\d+)(, +(?P<reserved>\d+) reserved)?"
)


@dataclass
class Case:
    """One case: its title and the lines below it, with their numbers for messages."""

    file: str
    title: str
    lines: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


def read_cases() -> Iterator[Case]:
    """All cases of all files, in order."""
    for path in sorted(CASES.glob("*.txt")):
        case: Case | None = None
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            line = raw.split("#")[0].rstrip()
            if not line:
                continue
            if line.startswith("["):
                if case is not None:
                    yield case
                case = Case(path.stem, line.strip("[]"))
                continue
            assert case is not None, f"{path.name}:{number}: a line before the first title"
            case.lines.append((number, line.strip()))
        if case is not None:
            yield case


def account(text: str) -> AccountKey:
    """`A` is what A holds in credits, `A.points` and `A.mg` its points and reduction.

    `issued`, `used`, `earned`, `spent` and `measured` are pools.
    """
    if text in _POOLS:
        return AccountKey(chart.CITY_HOLDER_ID, _POOLS[text])
    name, _, kind = text.partition(".")
    return AccountKey(ord(name[0]) * 1_000 + len(name), _CITIZENS[kind or "kg"])


def transfer_id(name: str) -> UUID:
    """The same name is the same id."""
    return uuid5(_NAMES, name)


def _hours(text: str) -> datetime:
    return START + timedelta(hours=float(text))


class Player:
    """Plays one case against the books: transfers gather into a batch until another line comes."""

    def __init__(self) -> None:
        self.at = START
        self.batch: list[Transfer | Resolution] = []
        self.expected: list[str] = []

    def play(self, case: Case) -> None:
        """Runs every line; a wrong answer names the file and the line."""
        for number, line in case.lines:
            if not self._gather(line):
                self._post(case)
                self._line(line, f"{case.file}.txt:{number}: {line}")
        self._post(case)

    def _gather(self, line: str) -> bool:
        if found := _TRANSFER.fullmatch(line):
            self.batch.append(
                Transfer(
                    transfer_id(found["id"]),
                    account(found["debit"]),
                    account(found["credit"]),
                    int(found["amount"]),
                    Reason(found["reason"] or Reason.POINTS_SPENT),
                    pending=bool(found["pending"]),
                    expires_at=_hours(found["until"]) if found["until"] else None,
                )
            )
        elif found := _RESOLUTION.fullmatch(line):
            self.batch.append(
                Resolution(
                    transfer_id(found["id"]),
                    transfer_id(found["pending"]),
                    _PHASES[found["phase"]],
                    Reason(found["reason"] or Reason.RESOLUTION),
                )
            )
        else:
            return False
        self.expected.append(found["result"])
        return True

    def _post(self, case: Case) -> None:
        with transaction.atomic():
            results = commands.post_transfers(transfers=self.batch, at=self.at)
        assert results == self.expected, str(case)
        assert all(asset.matches for asset in queries.recount()), str(case)
        self.batch, self.expected = [], []

    def _line(self, line: str, place: str) -> None:
        verb, *words = line.split()
        with transaction.atomic():
            if found := _BALANCE.fullmatch(line):
                key = account(found["account"])
                held = queries.balances(holder_id=key.holder_id, kinds=(key.kind,))[key.kind]
                wanted = (int(found["available"]), int(found["reserved"] or 0))
                assert (held.available, held.reserved) == wanted, place
            elif verb == "open":
                for key in map(account, words):
                    commands.open_accounts(holder_ids=[key.holder_id], kinds=[key.kind])
            elif verb == "at":
                self.at = _hours(words[0])
            elif verb == "due":
                assert commands.expire_due(at=self.at) == int(words[0]), place
            else:
                assert line == "next", f"not understood: {place}"
