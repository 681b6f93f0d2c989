"""The public registry: the live equation, credits by number, issuances, retirements."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tanhui.board.equations import counted
from tanhui.board.kilogram import kilogram as kilogram_of
from tanhui.board.kilogram import price_text
from tanhui.board.registry_projects import Listed, district_of, fields, map_of
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.refusals import NotFound
from tanhui.projects import queries as projects
from tanhui.projects.calculation import Calculation
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.verification import queries as verification
from tanhui.publiclog import queries as publiclog
from tanhui.registry import queries as registry
from tanhui.registry.records import Event, Retirement, Slice
from tanhui.rulebook.shelf import current_root
from tanhui.web.entrance import PageRequest, entrance

ROWS = 50
_NEWEST = 8
_NUMBER_DIGITS = 18
_CERTIFICATE = re.compile(r"TH-[0-9]{4}-[0-9]{6,12}", re.IGNORECASE)
_PROJECT = re.compile(r"CDCER-[0-9]{4,12}", re.IGNORECASE)
_SERIALS = re.compile(r"^(?:№|NO\.?)?\s*([0-9][0-9, ]*)\s*(?:[-–—~至][0-9, ]*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event of the registry with what it moved; `log_index` where the public log has it."""

    event: Event
    organisation: Organisation | None
    slices: tuple[Slice, ...]
    price: str
    log_index: int | None


@dataclass(frozen=True, slots=True)
class ShownRetirement:
    """A retirement with who asked for it; nobody's name where the beneficiary is a person."""

    retirement: Retirement
    organisation: Organisation

    @property
    def named(self) -> bool:
        """Whether the beneficiary is told."""
        return self.retirement.beneficiary_kind != "person"


def shown_events(found: list[Event]) -> list[ShownEvent]:
    """Events with the names of organisations and what they moved."""
    moved = registry.slices(*(each.id for each in found)) if found else {}
    ids = {each.organisation_id for each in found if each.organisation_id is not None}
    known = organisations.organisations(ids=ids) if ids else {}
    return [
        ShownEvent(
            each,
            known.get(each.organisation_id) if each.organisation_id is not None else None,
            tuple(moved[each.id]),
            price_text(each.facts.get("price_fen")),
            None if each.outbox_id is None else publiclog.position(each.outbox_id),
        )
        for each in found
    ]


def shown_retirements(found: list[Retirement]) -> list[ShownRetirement]:
    """Retirements with the names of those who asked for them."""
    known = organisations.organisations(ids={each.organisation_id for each in found})
    return [ShownRetirement(each, known[each.organisation_id]) for each in found]


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """The registry at a glance: the live equation, what happened last, where projects are."""
    newest = projects.projects_page(limit=_NEWEST)
    root = current_root()
    listed = [
        Listed(mark, one, district_of(one.district), fields(root).get(one.field))
        for mark, one in enumerate(newest, start=1)
    ]
    context = {
        "counted": counted(request.at),
        "checkpoint": publiclog.checkpoint(),
        "events": shown_events(registry.events(limit=_NEWEST)),
        "retirements": shown_retirements(registry.retirements(state="retired", limit=5)),
        "listed": listed,
        "map": map_of(listed),
        "room": "index",
    }
    return render(request, "board/registry/index.html", context)


@entrance
@require_safe
def find(request: PageRequest) -> HttpResponse:
    """Leads from what was typed or scanned to a kilogram, a certificate, or projects."""
    typed = unicodedata.normalize("NFKC", request.GET.get("q", ""))[:200].strip()
    return HttpResponseRedirect(address_of(typed))


def address_of(typed: str) -> str:
    """Where a number, a range, a certificate's number, a project's code or other words lead."""
    certificate, project = _CERTIFICATE.search(typed), _PROJECT.search(typed)
    if certificate:
        return reverse("certificates:page", args=[certificate[0].upper()])
    if project:
        return reverse("registry:project", args=[project[0].upper()])
    # What NFKC made of the numero sign is two letters.
    serials = _SERIALS.match(typed)
    digits = re.sub("[ ,]", "", serials[1]) if serials else ""
    if digits and len(digits) <= _NUMBER_DIGITS:
        return reverse("registry:kilogram", args=[digits])
    if not typed:
        return reverse("registry:index")
    return f"{reverse('registry:projects')}?{urlencode({'q': typed[:80]})}"


@entrance
@require_safe
def kilogram(request: PageRequest, number: str) -> HttpResponse:
    """The life of one kilogram; refuses `no_such_credit`."""
    digits = number if number.isascii() and number.isdigit() else ""
    if not digits or len(digits) > _NUMBER_DIGITS:
        raise NotFound(
            "no_such_credit",
            zh="没有签发过 № {number}。",
            en="No credit № {number} was ever issued.",
            number=number[:40],
        )
    page = kilogram_of(int(digits), request.at)
    context = {"page": page, "room": "credits", "now": request.at}
    return render(request, "board/registry/kilogram.html", context)


@entrance
@require_safe
def credits(request: PageRequest) -> HttpResponse:
    """Everything that happened to credits, the newest first, and the equation of each vintage."""
    found = registry.events(before=_after(request), limit=ROWS + 1)
    context = {
        "counted": counted(request.at),
        "events": shown_events(found[:ROWS]),
        "more": found[ROWS - 1].number if len(found) > ROWS else None,
        "room": "credits",
    }
    return render(request, "board/registry/credits.html", context)


@entrance
@require_safe
def retirements(request: PageRequest) -> HttpResponse:
    """What was retired, for whom and for what, the newest first."""
    found = registry.retirements(state="retired", before=_after(request), limit=ROWS + 1)
    context = {
        "retirements": shown_retirements(found[:ROWS]),
        "more": found[ROWS - 1].serial if len(found) > ROWS else None,
        "whole": counted(request.at).whole,
        "room": "retirements",
    }
    return render(request, "board/registry/retirements.html", context)


@entrance
@require_safe
def issuance(request: PageRequest, event_id: UUID) -> HttpResponse:
    """One issuance: who signed it, under which numbers, and the whole calculation, step by step.

    Refuses `no_such_issuance`.
    """
    found = registry.issuance(event_id)
    period = monitoring.period(found.period_id)
    reports = monitoring.submitted(period.id)
    opinion = verification.opinion(period.subject)
    context = {
        "issuance": found,
        "project": projects.project(found.project_code),
        "period": period,
        "report": reports[-1] if reports else None,
        "calculation": Calculation.from_json(reports[-1].result) if reports else None,
        "opinion": opinion,
        "verifier": organisations.organisation(opinion.verifier_id) if opinion else None,
        "slices": registry.slices(found.event_id)[found.event_id],
        "whole": counted(request.at).of_vintage(found.project_code, found.vintage),
        "room": "credits",
    }
    return render(request, "board/registry/issuance.html", context)


def _after(request: PageRequest) -> int | None:
    """The place after which a list goes on; None for its beginning."""
    text = request.GET.get("after", "")
    plain = text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS
    return int(text) if plain else None
