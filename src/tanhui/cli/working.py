"""What the platform does by itself when its hour has come; every step is a command like others."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from tanhui.behaviours.appeals import run_clocks
from tanhui.behaviours.holds import release_overdue
from tanhui.behaviours.personal.erasure import finish_erasures
from tanhui.behaviours.personal.requests import run_clocks as run_request_clocks
from tanhui.behaviours.personal.retention import forget_overdue
from tanhui.behaviours.totals import rolling as totals
from tanhui.cli.replaying import replaying
from tanhui.cli.serving import stopping
from tanhui.identity.audit.commands import seal_audit
from tanhui.identity.commands import platform_actor
from tanhui.partners.deliveries import forget_old_deliveries
from tanhui.rulebook.commands import end_notices

# A deadline is told by the hour; half a minute later is soon enough.
EVERY_SECONDS = 30.0
_log = logging.getLogger("tanhui.work")


def once(at: datetime) -> dict[str, int]:
    """One round of everything that is due; answers how much of each was done."""
    platform = platform_actor()
    return {
        "holds_released": release_overdue(at=at),
        "appeals_run_out": run_clocks(at=at),
        "deliveries_forgotten": forget_old_deliveries(actor=platform, at=at),
        "totals_rolled": totals.roll(actor=platform, at=at),
        "days_stated": totals.state_days(actor=platform, at=at),
        "erasures_finished": finish_erasures(at=at),
        "requests_late": run_request_clocks(at=at),
        "raw_forgotten": forget_overdue(at=at),
        "audit_rows_chained": seal_audit(actor=platform, at=at),
        "notices_ended": end_notices(actor=platform, at=at),
    }


def work() -> None:
    """Rounds until a signal comes."""
    with stopping() as stop, replaying():
        while True:
            done = {name: count for name, count in once(datetime.now(UTC)).items() if count}
            if done:
                _log.info("%s", ", ".join(f"{name}={count}" for name, count in done.items()))
            if stop.wait(EVERY_SECONDS):
                return
