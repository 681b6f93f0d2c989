"""A holder's credits: what is there, moving it to another, pledging it, the statement.

A pledge is ended by the authority, on the creditor's word; its holder alone may not end it.
"""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.kernel.refusals import Invalid
from tanhui.portal import holdings_shown as shown
from tanhui.portal.doors import acting, holders, reading
from tanhui.portal.holdings_forms import same_again, same_numbers, typed_kg
from tanhui.registry import commands, retiring, setting_aside
from tanhui.web.desk import Refused, done, perform, refused_by, show_page, typed_yuan
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.refusals import status_of


@entrance
@acting
@holders
def home(request: PageRequest) -> HttpResponse:
    """What the organisation holds, what can still be undone, what is set aside."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.home(actor=request.actor, at=request.at)
        return show_page(
            request,
            "portal/holdings/home.html",
            refused=refused,
            page=page,
            organisation=page.organisation,
            tab="holdings",
        )

    return perform(request, {"undo": _undo}, show)


def _undo(request: PageRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    retiring.undo_retirement(actor=request.actor, number=number, at=request.at)
    return done("retirement_undone", "portal:holdings")


@entrance
@reading
@holders
def statement(request: PageRequest) -> HttpResponse:
    """Everything that moved the organisation's credits, as a file."""
    text = shown.statement_csv(actor=request.actor, language=request.appearance.language)
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tanhui-holdings.csv"'
    return response


@entrance
@acting
@holders
def transfer(request: PageRequest) -> HttpResponse:
    """Giving credits to another organisation: asked, shown with their numbers, then done."""

    def show(refused: Refused | None) -> HttpResponse:
        return _transfer_page(request, refused, None)

    return perform(request, {"preview": _preview_transfer, "transfer": _transfer}, show)


def _transfer_page(
    request: PageRequest, refused: Refused | None, preview: shown.TransferPreview | None
) -> HttpResponse:
    page = shown.choices(
        actor=request.actor,
        chosen=request.POST.get("holding") or request.GET.get("holding", ""),
        reference=request.POST.get("reference", ""),
    )
    return show_page(
        request,
        "portal/holdings/transfer.html",
        refused=refused,
        page=page,
        preview=preview,
        organisation=page.organisation,
        tab="transfer",
    )


def _asked_transfer(request: PageRequest) -> shown.TransferPreview:
    price = request.POST.get("price", "").strip()
    return shown.transfer_preview(
        actor=request.actor,
        key=request.POST.get("holding", ""),
        kg=typed_kg(request.POST.get("kg", "")),
        to=request.POST.get("to", ""),
        price_fen=typed_yuan(price) if price else None,
        reference=request.POST.get("reference", ""),
    )


def _preview_transfer(request: PageRequest) -> HttpResponse:
    return _transfer_page(request, None, _asked_transfer(request))


def _transfer(request: PageRequest) -> HttpResponse:
    preview = _asked_transfer(request)
    try:
        same_again(request, preview.kg)
        same_numbers(request, preview.shown)
    except Invalid as refusal:
        # What was typed wrongly is typed again beside the numbers, not from the beginning.
        response = _transfer_page(request, refused_by(refusal, "transfer"), preview)
        response.status_code = status_of(refusal)
        return response
    commands.transfer_credits(
        actor=request.actor,
        project_code=preview.line.holding.project_code,
        vintage=preview.line.holding.vintage,
        kg=preview.kg,
        to_organisation_id=preview.to.id,
        reference=preview.reference,
        price_fen=preview.price_fen,
        at=request.at,
    )
    return done("credits_moved", "portal:holdings")


@entrance
@acting
@holders
def pledge(request: PageRequest) -> HttpResponse:
    """Setting credits aside for a lender, and what is set aside."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.choices(
            actor=request.actor,
            chosen=request.POST.get("holding") or request.GET.get("holding", ""),
            reference=request.POST.get("reference", ""),
        )
        return show_page(
            request,
            "portal/holdings/pledge.html",
            refused=refused,
            page=page,
            organisation=page.organisation,
            tab="pledge",
        )

    return perform(request, {"pledge": _pledge}, show)


def _pledge(request: PageRequest) -> HttpResponse:
    line = shown.line_of(actor=request.actor, key=request.POST.get("holding", ""))
    setting_aside.set_aside(
        actor=request.actor,
        kind="pledge",
        organisation_id=shown.own_id(request.actor),
        project_code=line.holding.project_code,
        vintage=line.holding.vintage,
        kg=typed_kg(request.POST.get("kg", "")),
        reason=request.POST.get("reason", ""),
        reference=request.POST.get("reference", ""),
        at=request.at,
    )
    return done("credits_pledged", "portal:pledge")
