"""The desk of credits: where they are, setting them aside, cancelling them, and doubting them."""

from __future__ import annotations

import secrets
from functools import partial

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tanhui.console import credits_shown as shown
from tanhui.console.doors import acting, path_two
from tanhui.kernel.refusals import NotFound
from tanhui.registry import cancelling, setting_aside
from tanhui.web.desk import (
    Act,
    Refused,
    done,
    perform,
    refused_by,
    show_page,
    typed_id,
    typed_number,
)
from tanhui.web.entrance import PageRequest, entrance

REASON_MAX = 500


@entrance
@acting
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """The book, its vintages, what is set aside, and proposals that wait for a second person."""
    wanted = request.GET.get("find", "")
    missed: Refused | None = None
    if wanted:
        try:
            found = shown.search(actor=request.actor, text=wanted)
            return HttpResponseRedirect(reverse(found.page, args=[found.argument]))
        except NotFound as missing:
            missed = refused_by(missing, "find")

    def show(refused: Refused | None) -> HttpResponse:
        asked = request.GET.get("page", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
        page = shown.desk(actor=request.actor, page=number, at=request.at)
        return show_page(
            request,
            "console/credits.html",
            refused=refused or missed,
            page=page,
            wanted=wanted,
            reason_max=REASON_MAX,
            tab="credits",
        )

    acts: dict[str, Act] = {
        "confirm_cancel": _confirm_cancel,
        "withdraw_cancel": _withdraw_cancel,
        "release": partial(_release, None),
    }
    return perform(request, acts, show)


@entrance
@acting
@path_two
def vintage(request: PageRequest, code: str, year: int) -> HttpResponse:
    """One vintage of a project: its equation and issuances; doubting and cancelling."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.vintage(actor=request.actor, code=code, year=year, at=request.at)
        return _show(request, "console/credit_vintage.html", page, refused)

    acts: dict[str, Act] = {
        "dispute": partial(_dispute, (code, year)),
        "close_dispute": partial(_close_dispute, (code, year)),
        "propose_cancel": _propose_cancel,
    }
    return perform(request, acts, show)


@entrance
@acting
@path_two
def holder(request: PageRequest, code: str) -> HttpResponse:
    """One holder: its accounts, and freezing them or holding them for a court."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.holder(actor=request.actor, code=code)
        # What is sent twice by a slip is set aside once.
        reference = request.POST.get("reference") or secrets.token_hex(8)
        return _show(request, "console/credit_holder.html", page, refused, reference=reference)

    acts = {"set_aside": partial(_set_aside, code), "release": partial(_release, code)}
    return perform(request, acts, show)


@entrance
@acting
@path_two
def kilogram(request: PageRequest, number: int) -> HttpResponse:
    """One number: where it is and how it came there; proposing to cancel its block."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.kilogram(actor=request.actor, number=number)
        return _show(request, "console/credit.html", page, refused)

    return perform(request, {"propose_cancel": _propose_cancel}, show)


def _show(
    request: PageRequest,
    template: str,
    page: object,
    refused: Refused | None,
    reference: str = "",
) -> HttpResponse:
    return show_page(
        request,
        template,
        refused=refused,
        page=page,
        reason_max=REASON_MAX,
        reference=reference,
        tab="credits",
    )


def _reason(request: PageRequest) -> str:
    return request.POST.get("reason", "")


def _confirm_cancel(request: PageRequest) -> HttpResponse:
    cancelling.confirm_cancellation(
        actor=request.actor,
        cancellation_id=typed_number(request, "cancellation") or 0,
        at=request.at,
    )
    return done("cancel_confirmed", "console:credits")


def _withdraw_cancel(request: PageRequest) -> HttpResponse:
    cancelling.withdraw_cancellation(
        actor=request.actor,
        cancellation_id=typed_number(request, "cancellation") or 0,
        at=request.at,
    )
    return done("cancel_withdrawn", "console:credits")


def _propose_cancel(request: PageRequest) -> HttpResponse:
    cancelling.propose_cancellation(
        actor=request.actor,
        first=typed_number(request, "first") or 0,
        last=typed_number(request, "last") or 0,
        reason=_reason(request),
        at=request.at,
    )
    return done("cancel_proposed", "console:credits")


def _dispute(about: tuple[str, int], request: PageRequest) -> HttpResponse:
    code, year = about
    cancelling.open_dispute(
        actor=request.actor, project_code=code, vintage=year, reason=_reason(request), at=request.at
    )
    return done("dispute_opened", "console:credit-vintage", code, year)


def _close_dispute(about: tuple[str, int], request: PageRequest) -> HttpResponse:
    code, year = about
    cancelling.close_dispute(
        actor=request.actor, project_code=code, vintage=year, reason=_reason(request), at=request.at
    )
    return done("dispute_closed", "console:credit-vintage", code, year)


def _set_aside(code: str, request: PageRequest) -> HttpResponse:
    project_code, _, year = request.POST.get("holding", "").rpartition("/")
    setting_aside.set_aside(
        actor=request.actor,
        kind=request.POST.get("kind", ""),
        organisation_id=shown.holder(actor=request.actor, code=code).organisation.id,
        project_code=project_code,
        vintage=int(year) if year.isascii() and year.isdigit() else 0,
        kg=typed_number(request, "kg") or 0,
        reason=_reason(request),
        reference=request.POST.get("reference", ""),
        at=request.at,
    )
    return done("credits_set_aside", "console:credit-holder", code)


def _release(code: str | None, request: PageRequest) -> HttpResponse:
    setting_aside.release_set_aside(
        actor=request.actor,
        aside_id=typed_id(request.POST.get("aside", "")),
        reason=_reason(request),
        at=request.at,
    )
    if code is None:
        return done("credits_released", "console:credits")
    return done("credits_released", "console:credit-holder", code)
