"""The auditor's desk: who did what, searched and taken along, and whether anybody touched it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse

from tanhui.console.doors import acting, auditors, reading
from tanhui.governance.queries import PAGE_ROWS, AuditEntry, Search, all_found, search
from tanhui.identity.audit import queries
from tanhui.identity.audit.commands import note_reading
from tanhui.identity.seats.queries import staff_names
from tanhui.kernel.periods import day_start
from tanhui.kernel.refusals import Exhausted, Invalid
from tanhui.web.desk import Refused, perform, refused_by, show_page, typed_day
from tanhui.web.entrance import PageRequest, entrance

EXPORT_ROWS_MAX = 100_000
_NAMES = ("actor", "action", "subject")
_COLUMNS = ("id", "at", "actor", "action", "subject", "facts", "place")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Line:
    """A row with the names of members of staff; of citizens only their number is shown."""

    row: AuditEntry
    actor_zh: str
    actor_en: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as typed, and the day it means."""

    texts: dict[str, str]
    day: date | None

    @property
    def looked_for(self) -> Search:
        """The search that this is."""
        since = day_start(self.day) if self.day else None
        until = day_start(self.day + timedelta(days=1)) if self.day else None
        actor, action, subject = (self.texts[name] or None for name in _NAMES)
        return Search(actor, action, subject, since, until)

    @property
    def query(self) -> str:
        """The same as part of an address."""
        told = {**self.texts, "day": self.day.isoformat() if self.day else ""}
        return urlencode({name: text for name, text in told.items() if text})


@entrance
@acting
@auditors
def desk(request: PageRequest) -> HttpResponse:
    """The state of the chain, a search over all rows, and checking the chain now."""
    checked: list[queries.AuditCheck] = []

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused, checked[0] if checked else None)

    def check(request: PageRequest) -> HttpResponse:
        checked.append(queries.check())
        facts: dict[str, object] = {"ok": checked[0].ok, "rows": checked[0].chain.rows}
        note_reading(actor=request.actor, action="audit.check", facts=facts, at=request.at)
        return show(None)

    return perform(request, {"check": check}, show)


def _page(
    request: PageRequest, refused: Refused | None, checked: queries.AuditCheck | None
) -> HttpResponse:
    try:
        asked = _asked(request)
    except Invalid as wrong:
        asked = Asked(dict.fromkeys(_NAMES, ""), None)
        refused = refused or refused_by(wrong, "search")
    rows = search(
        actor=request.actor,
        looked_for=asked.looked_for,
        before=_before(request),
        most=PAGE_ROWS + 1,
    )
    shown = rows[:PAGE_ROWS]
    return show_page(
        request,
        "console/audit.html",
        refused=refused,
        state=queries.state(),
        checked=checked,
        lines=_lines(shown),
        asked=asked,
        older=shown[-1].id if len(rows) > PAGE_ROWS else None,
        first_page=_before(request) is None,
        tab="audit",
    )


def _asked(request: PageRequest) -> Asked:
    day = request.GET.get("day", "").strip()
    texts = {name: request.GET.get(name, "").strip()[:200] for name in _NAMES}
    return Asked(texts, typed_day(day) if day else None)


def _before(request: PageRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _lines(rows: Iterable[AuditEntry]) -> list[Line]:
    told = list(rows)
    numbers = {_person(row.actor) for row in told} - {None}
    names = staff_names(person_ids=[number for number in numbers if number is not None])
    return [Line(row, *names.get(_person(row.actor) or 0, ("", ""))) for row in told]


def _person(actor: str) -> int | None:
    number = actor.removeprefix(_PERSON)
    return int(number) if actor.startswith(_PERSON) and number.isdigit() else None


@entrance
@reading
@auditors
def export(request: PageRequest) -> HttpResponse:
    """The rows of a search as a file, the newest first; that it was taken is audited too.

    Refuses `day_malformed` and `audit_export_too_long` (beyond 100,000 rows).
    """
    asked = _asked(request)
    text = io.StringIO()
    text.write("\ufeff")
    lines = csv.writer(text)
    lines.writerow(_COLUMNS)
    count = 0
    for row in all_found(actor=request.actor, looked_for=asked.looked_for):
        count += 1
        if count > EXPORT_ROWS_MAX:
            raise Exhausted(
                "audit_export_too_long",
                zh="超过 {most} 行，请按日期或动作分几次导出。",
                en="More than {most} rows: narrow the search by day or action.",
                most=EXPORT_ROWS_MAX,
            )
        lines.writerow(_cells(row))
    note_reading(
        actor=request.actor,
        action="audit.export",
        facts={"rows": count, "query": asked.query},
        at=request.at,
    )
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tanhui-audit.csv"'
    return response


def _cells(row: AuditEntry) -> list[object]:
    texts = (row.at.isoformat(), row.actor, row.action, row.subject, row.facts)
    safe = [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]
    return [row.id, *safe, row.place]
