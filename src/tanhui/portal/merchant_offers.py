"""A merchant's offers: drafting, changing, codes and pictures, handing in, closing."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse

from tanhui.portal import merchant_forms as forms
from tanhui.portal import merchant_shown as shown
from tanhui.portal.doors import acting, merchants, reading
from tanhui.portal.owner_forms import sent_file
from tanhui.rewards import catalogue, offer_acts
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

_HERE = "portal:merchant-offer"
_LINES_SHOWN = 100


@entrance
@reading
@merchants
def index(request: PageRequest) -> HttpResponse:
    """Every offer of the shop, those that wait for it first."""
    organisation = shown.own(request.actor)
    return show_page(
        request,
        "portal/merchant/offers.html",
        lines=shown.lines(organisation.id, at=request.at),
        organisation=organisation,
        tab="offers",
    )


@entrance
@acting
@merchants
def new(request: PageRequest) -> HttpResponse:
    """Drafting an offer."""

    def show(refused: Refused | None) -> HttpResponse:
        cells = forms.typed_again(request) if refused else forms.form_of(None)
        return _form(request, refused, cells, None)

    return perform(request, {"draft": _draft}, show)


def _draft(request: PageRequest) -> HttpResponse:
    code = catalogue.draft_offer(
        actor=request.actor, fields=forms.typed_fields(request), at=request.at
    )
    return done("offer_drafted", _HERE, code)


@entrance
@acting
@merchants
def edit(request: PageRequest, code: str) -> HttpResponse:
    """Changing a draft, or an offer that was returned."""

    def show(refused: Refused | None) -> HttpResponse:
        line = shown.line(actor=request.actor, code=code, at=request.at)
        if refused:
            cells = forms.typed_again(request)
        else:
            cells = forms.form_of(catalogue.fields_of(line.offer))
        return _form(request, refused, cells, line)

    return perform(request, {"change": partial(_change, code)}, show)


def _change(code: str, request: PageRequest) -> HttpResponse:
    fields = forms.typed_fields(request)
    catalogue.change_offer(actor=request.actor, offer_code=code, fields=fields, at=request.at)
    return done("offer_changed", _HERE, code)


def _form(
    request: PageRequest,
    refused: Refused | None,
    cells: dict[str, object],
    line: shown.Line | None,
) -> HttpResponse:
    return show_page(
        request,
        "portal/merchant/offer_form.html",
        refused=refused,
        cells=cells,
        line=line,
        kinds=forms.kinds(),
        deliveries=forms.deliveries(),
        releases=forms.releases(),
        categories=forms.categories(),
        arts=forms.arts(),
        levels=forms.levels(),
        districts=forms.districts(),
        organisation=shown.own(request.actor),
        tab="offers",
    )


@entrance
@acting
@merchants
def offer(request: PageRequest, code: str) -> HttpResponse:
    """One offer: as the phone shows it, where it stands, and what may be done with it."""

    def show(refused: Refused | None) -> HttpResponse:
        line = shown.line(actor=request.actor, code=code, at=request.at)
        case = line.standing.case
        return show_page(
            request,
            "portal/merchant/offer.html",
            refused=refused,
            line=line,
            one=line.offer,
            levels=forms.levels(),
            # The first step only says that it was opened; the rest is told by its kind's words.
            story=[(step, case.rules.steps.get(step.step)) for step in offer_acts.history(case)]
            if case
            else [],
            may_withdraw="withdraw" in offer_acts.may_take(request.actor, case),
            organisation=shown.own(request.actor),
            tab="offers",
        )

    acts = {
        "submit": partial(_submit, code),
        "withdraw": partial(_withdraw, code),
        "close": partial(_close, code),
        "picture": partial(_picture, code),
    }
    return perform(request, acts, show)


def _submit(code: str, request: PageRequest) -> HttpResponse:
    catalogue.submit_offer(actor=request.actor, offer_code=code, at=request.at)
    return done("offer_submitted", _HERE, code)


def _withdraw(code: str, request: PageRequest) -> HttpResponse:
    catalogue.withdraw_offer(actor=request.actor, offer_code=code, at=request.at)
    return done("offer_withdrawn", _HERE, code)


def _close(code: str, request: PageRequest) -> HttpResponse:
    catalogue.close_offer(actor=request.actor, offer_code=code, at=request.at)
    return done("offer_closed", _HERE, code)


def _picture(code: str, request: PageRequest) -> HttpResponse:
    _, data = sent_file(request, "file")
    catalogue.set_picture(actor=request.actor, offer_code=code, data=data, at=request.at)
    return done("picture_set", _HERE, code)


@entrance
@reading
@merchants
def picture(request: PageRequest, code: str) -> HttpResponse:
    """The picture of an offer of the shop."""
    opened = catalogue.picture(offer_acts.own_offer(request.actor, code))
    if opened is None:
        raise Http404
    return HttpResponse(opened.data, headers=opened.headers)


@entrance
@acting
@merchants
def codes(request: PageRequest, code: str) -> HttpResponse:
    """The codes of an offer: how many are free, and bringing a file of more."""

    def show(refused: Refused | None) -> HttpResponse:
        return _codes_page(request, code, refused, None)

    return perform(request, {"import": partial(_import, code)}, show)


def _import(code: str, request: PageRequest) -> HttpResponse:
    filename, data = sent_file(request, "file")
    report = catalogue.import_codes(
        actor=request.actor, offer_code=code, data=data, filename=filename, at=request.at
    )
    # The report holds beginnings of codes, so it is shown in this one answer and kept nowhere.
    return _codes_page(request, code, None, report)


def _codes_page(
    request: PageRequest,
    code: str,
    refused: Refused | None,
    report: catalogue.CodesReport | None,
) -> HttpResponse:
    line = shown.line(actor=request.actor, code=code, at=request.at)
    return show_page(
        request,
        "portal/merchant/codes.html",
        refused=refused,
        line=line,
        one=line.offer,
        report=report,
        faults=report.lines[:_LINES_SHOWN] if report else (),
        organisation=shown.own(request.actor),
        tab="offers",
    )
