"""A town whose mall is played by one clock: what time it is, its jobs, its witnesses, its books."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection
from django.test import Client
from django.utils import timezone

from tanhui.behaviours import recount as behaviours
from tanhui.behaviours.double_paid import recount_claims
from tanhui.cli.companions import DEMO_WITNESSES, companions
from tanhui.cli.working import once
from tanhui.identity.audit.queries import check as check_audit
from tanhui.identity.commands import open_login_link, platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.ledger import queries as ledger
from tanhui.ledger.chart import Kind
from tanhui.publiclog import site
from tanhui.publiclog.publisher import Publisher, right_to_publish
from tanhui.publiclog.recount import recount as recount_log
from tanhui.registry.recount import recount as recount_registry
from tanhui.rewards.recount import recount as recount_rewards
from tanhui.rulebook.checking import check_rulebook
from tanhui.vault import queries as vault
from tests.path_two import PathTwo


@dataclass
class Clock:
    """What time it is. A second passes whenever somebody asks."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def move(self, *when: int) -> None:
        """On to a moment of the city: year, month, day, hour, minute."""
        then = datetime(*when, tzinfo=CITY_ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]
        assert then > self.now
        self.now = then


@dataclass
class Town:
    """The cast, the clock, and what the story has made so far."""

    cast: PathTwo
    clock: Clock
    folder: Path
    zhou: int
    others: list[int]
    window: int = 0
    orders: list[str] = field(default_factory=list)

    @property
    def lin(self) -> int:
        return self.cast.persons["lin-xiao"]

    def desk(self, persona: str) -> Client:
        """A browser in which one of the cast has just logged in."""
        token = open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
        client = Client(headers={"accept-language": "zh"})
        client.get(f"/login/{token}")
        return client

    def work(self) -> None:
        """One round of everything that is due; then the log is told."""
        once(timezone.now())
        with right_to_publish(site.folder()):
            publisher = Publisher(site.folder(), site.signer(), site.policy)
            # One round holds far more than a day of this town.
            if publisher.due(timezone.now()):
                publisher.round(timezone.now())

    def proven(self) -> None:
        """What `tanhui prove` asks for: every book counted anew agrees."""
        assert all(each.matches for each in ledger.recount())
        assert recount_rewards().broken == {}
        for found in (behaviours.recount(), recount_claims(), recount_registry(), recount_log()):
            assert found.matches, found
        assert check_rulebook().matches
        assert check_audit().ok
        assert not vault.recheck()


@contextmanager
def witnesses() -> Iterator[None]:
    """Three witnesses of their own, as programs that answer on this machine."""
    with ExitStack() as running:
        programs = []
        for arguments in companions():
            if any(name in arguments for name in DEMO_WITNESSES):
                program = subprocess.Popen(
                    [sys.executable, *arguments], stderr=subprocess.PIPE, text=True
                )
                programs.append(running.enter_context(program))
                running.callback(program.terminate)
        for program in programs:
            assert program.stderr is not None
            assert "http://127.0.0.1" in program.stderr.readline()
        yield


def typed(instant: datetime) -> str:
    """A moment as a form sends it."""
    return instant.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M")


def posted(kind: Kind, *, side: str = "credit") -> int:
    """What went to a pool by final transfers, or came from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_transfer"
            f" WHERE {side}_kind = %s AND phase IN (0, 2)",
            [kind.number],
        )
        return int(cursor.fetchone()[0])
