"""What the platform does by itself when its hour has come; every step is a command like others."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import close_old_connections

from tanhui.behaviours.appeals import run_clocks
from tanhui.behaviours.holds import release_overdue
from tanhui.behaviours.personal.erasure import finish_erasures
from tanhui.behaviours.personal.requests import run_clocks as run_request_clocks
from tanhui.behaviours.personal.retention import forget_overdue
from tanhui.behaviours.totals import rolling as totals
from tanhui.cli.replaying import replaying
from tanhui.cli.serving import stopping
from tanhui.governance.jobs import note_begun, note_ended
from tanhui.identity.audit.commands import seal_audit
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.notices.commands import forget_old as forget_old_notices
from tanhui.notices.sending import send_due
from tanhui.partners.deliveries import forget_old_deliveries
from tanhui.projects.commands import run_clocks as run_project_clocks
from tanhui.registry.retiring import lock_retirements
from tanhui.rewards.disputes import run_clocks as run_dispute_clocks
from tanhui.rewards.drops import running as drops
from tanhui.rewards.drops.commands import leave_erased
from tanhui.rewards.ending import end_batches, end_due
from tanhui.rewards.expiry.month_end import run_month_end
from tanhui.rewards.funding import end_fundings
from tanhui.rewards.settlements import close_due
from tanhui.rewards.telling import tell_redemptions
from tanhui.rulebook.commands import end_notices
from tanhui.vault.commands import sweep

# A deadline is told by the hour; half a minute later is soon enough.
EVERY_SECONDS = 30.0
_SWEEP_MINUTE = 17
_log = logging.getLogger("tanhui.work")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round did, by job, and which jobs failed."""

    done: dict[str, int]
    failed: dict[str, Exception]


def _jobs(at: datetime) -> dict[str, Callable[[], int]]:
    """Everything that may be due, by name; each answers how much it did."""
    platform = platform_actor()
    return {
        "holds_released": lambda: release_overdue(at=at),
        "appeals_run_out": lambda: run_clocks(at=at),
        "deliveries_forgotten": lambda: forget_old_deliveries(actor=platform, at=at),
        "totals_rolled": lambda: totals.roll(actor=platform, at=at),
        "days_stated": lambda: totals.state_days(actor=platform, at=at),
        "erasures_finished": lambda: finish_erasures(at=at),
        "requests_late": lambda: run_request_clocks(at=at),
        "raw_forgotten": lambda: forget_overdue(at=at),
        "audit_rows_chained": lambda: seal_audit(actor=platform, at=at),
        "notices_ended": lambda: end_notices(actor=platform, at=at),
        "projects_moved": lambda: run_project_clocks(actor=platform, at=at),
        "retirements_locked": lambda: lock_retirements(actor=platform, at=at),
        "disputes_run_out": lambda: run_dispute_clocks(actor=platform, at=at),
        "redemptions_ended": lambda: end_due(actor=platform, at=at),
        "months_ended": lambda: run_month_end(actor=platform, at=at),
        "entries_left": lambda: leave_erased(actor=platform, at=at),
        "drops_closed": lambda: drops.close_due(actor=platform, at=at),
        "drops_drawn": lambda: drops.draw_due(actor=platform, at=at),
        "drops_settled": lambda: drops.settle_due(actor=platform, at=at),
        "batches_ended": lambda: end_batches(actor=platform, at=at),
        "fundings_ended": lambda: end_fundings(actor=platform, at=at),
        "settlements_made": lambda: close_due(actor=platform, at=at),
        "redemptions_told": lambda: tell_redemptions(actor=platform, at=at),
        "notices_sent": lambda: send_due(actor=platform, at=at),
        "notices_forgotten": lambda: forget_old_notices(actor=platform, at=at),
        "files_swept": lambda: sweep_hourly(at),
    }


def sweep_hourly(at: datetime) -> int:
    """Looks through the whole folder of files, which need not be done in every round."""
    if at.minute != _SWEEP_MINUTE or at.second >= EVERY_SECONDS:
        return 0
    return sweep(actor=platform_actor(), at=at)


def rounds(at: datetime) -> Outcome:
    """One round of everything that is due. A job that fails stops no other, and is noted."""
    outcome = Outcome({}, {})
    for name, job in _jobs(at).items():
        try:
            outcome.done[name] = _noted(name, job)
        except Exception as error:
            _log.exception("%s failed", name)
            outcome.failed[name] = error
            # A connection that broke would fail every later job as well.
            close_old_connections()
    return outcome


def once(at: datetime) -> dict[str, int]:
    """One round; answers how much of each was done.

    Raises the failures of all jobs that failed, once every job has had its turn.
    """
    outcome = rounds(at)
    if outcome.failed:
        raise ExceptionGroup(", ".join(outcome.failed), list(outcome.failed.values()))
    return outcome.done


def _noted(name: str, job: Callable[[], int]) -> int:
    """Runs a job between two notes: one that hangs is seen by the first without the second."""
    platform, begun = platform_actor(), time.monotonic()
    note_begun(actor=platform, name=name, at=datetime.now(UTC))
    done, trouble = 0, ""
    try:
        done = job()
    except Exception as error:
        trouble = told(error)
        raise
    finally:
        note_ended(
            actor=platform,
            name=name,
            at=datetime.now(UTC),
            took_ms=int((time.monotonic() - begun) * 1000),
            done=done,
            trouble=trouble,
        )
    return done


def told(error: Exception) -> str:
    """A failure in words that hold no value of anybody: its kind or code, and where it arose."""
    kind = error.code if isinstance(error, Refusal) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "tanhui" in frame.filename]
    if not own:
        return kind
    path = own[-1].filename.rpartition("tanhui/")[2]
    return f"{kind}, {path}:{own[-1].lineno}"


def work() -> None:
    """Rounds until a signal comes."""
    with stopping() as stop, replaying():
        while True:
            done = {name: n for name, n in rounds(datetime.now(UTC)).done.items() if n}
            if done:
                _log.info("%s", ", ".join(f"{name}={count}" for name, count in done.items()))
            if stop.wait(EVERY_SECONDS):
                return
