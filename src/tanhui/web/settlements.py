"""Statements as sponsors and merchants share them: months, one month, its files, what both say.

A desk shows them under routes of its own, named `portal:<side>-statements`, `…-statement`,
`…-statement-csv` and `…-statement-pdf`; it says who asks and which shell the pages stand in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings as django_settings
from django.http import HttpResponse

from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.rewards import funding_refusals, queries, settlements, statements
from tanhui.rewards.settlement_paper import Party, Row, Side, Statement, csv_bytes, pdf
from tanhui.rewards.statements import MonthSum
from tanhui.web.desk import Act, Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest

BRAND = "碳惠天府 Tanhui"
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose statements are shown, and in which shell; `tab` is the place of its rail."""

    side: Side
    organisation: Organisation
    shell: str
    tab: str = "statements"

    @property
    def page(self) -> str:
        """How the route of one month is named; the others begin with it."""
        return f"portal:{self.side}-statement"

    @property
    def pages(self) -> dict[str, str]:
        """The names of the routes."""
        return {
            "months": f"{self.page}s",
            "month": self.page,
            "csv": f"{self.page}-csv",
            "pdf": f"{self.page}-pdf",
        }


def months(*, actor: Actor, desk: Desk, at: datetime) -> list[MonthSum]:
    """The months of a desk, the newest first. Refuses `not_permitted`."""
    require(actor, "rewards.read")
    if desk.side == "sponsor":
        return statements.months(at=at, sponsor_id=desk.organisation.id)
    return statements.months(at=at, merchant_id=desk.organisation.id)


def statement(*, actor: Actor, desk: Desk, month: str, at: datetime) -> Statement:
    """One month (`2026-11`) of a desk. Refuses `not_permitted` and `no_such_month`."""
    require(actor, "rewards.read")
    if not _MONTH.fullmatch(month):
        raise funding_refusals.no_such_month()
    first = date.fromisoformat(f"{month}-01")
    own, mine = desk.organisation.id, desk.side == "sponsor"
    if mine:
        lines = statements.lines(month=first, at=at, sponsor_id=own)
        made = statements.settlements(month=first, sponsor_id=own)
    else:
        lines = statements.lines(month=first, at=at, merchant_id=own)
        made = statements.settlements(month=first, merchant_id=own)
    offers = {offer.id: offer for offer in queries.offers()}
    windows = {each.id: each for each in queries.fundings()}
    rows: dict[int, list[Row]] = defaultdict(list)
    for line in lines:
        other = line.merchant_id if mine else line.sponsor_id
        rows[other].append(Row(line, offers[line.offer_id], windows[line.funding_id]))
    settled = {(each.merchant_id if mine else each.sponsor_id): each for each in made}
    names = organisations.organisations(ids=rows.keys())
    return Statement(
        side=desk.side,
        organisation=desk.organisation,
        month=first,
        closed=first < statements.first_open_month(at),
        at=made[0].at if made else at,
        parties=tuple(
            Party(organisation, tuple(rows[number]), settled.get(number))
            for number, organisation in names.items()
        ),
        simulated=django_settings.TANHUI.simulated,
    )


def months_page(request: PageRequest, desk: Desk) -> HttpResponse:
    """The page of all months."""
    return show_page(
        request,
        "web/settlements/months.html",
        tab=desk.tab,
        desk=desk,
        organisation=desk.organisation,
        months=months(actor=request.actor, desk=desk, at=request.at),
    )


def month_page(request: PageRequest, desk: Desk, month: str) -> HttpResponse:
    """The page of one month, on which both sides say what they have to say."""

    def show(refused: Refused | None) -> HttpResponse:
        return show_page(
            request,
            "web/settlements/month.html",
            refused=refused,
            tab=desk.tab,
            desk=desk,
            organisation=desk.organisation,
            month=month,
            page=statement(actor=request.actor, desk=desk, month=month, at=request.at),
        )

    return perform(request, _acts(desk, month), show)


def csv_file(request: PageRequest, desk: Desk, month: str) -> HttpResponse:
    """The month as CSV, with the mark by which spreadsheets know UTF-8."""
    found = statement(actor=request.actor, desk=desk, month=month, at=request.at)
    response = HttpResponse(csv_bytes(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}.csv"'
    return response


def pdf_file(request: PageRequest, desk: Desk, month: str) -> HttpResponse:
    """The month as a document to print and keep."""
    found = statement(actor=request.actor, desk=desk, month=month, at=request.at)
    response = HttpResponse(pdf(found, brand=BRAND), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.file_name}.pdf"'
    return response


def _acts(desk: Desk, month: str) -> Mapping[str, Act]:
    def paid(request: PageRequest) -> HttpResponse:
        settlements.say_paid(
            actor=request.actor,
            settlement_id=_settlement_id(request),
            reference=request.POST.get("reference", ""),
            at=request.at,
        )
        return done("settlement_paid", desk.page, month)

    def received(request: PageRequest) -> HttpResponse:
        settlements.say_received(
            actor=request.actor, settlement_id=_settlement_id(request), at=request.at
        )
        return done("settlement_received", desk.page, month)

    def dispute(request: PageRequest) -> HttpResponse:
        settlements.dispute_settlement(
            actor=request.actor,
            settlement_id=_settlement_id(request),
            words=request.POST.get("words", ""),
            at=request.at,
        )
        return done("settlement_disputed", desk.page, month)

    def answer(request: PageRequest) -> HttpResponse:
        settlements.answer_settlement(
            actor=request.actor,
            settlement_id=_settlement_id(request),
            words=request.POST.get("words", ""),
            at=request.at,
        )
        return done("settlement_answered", desk.page, month)

    own = {"paid": paid} if desk.side == "sponsor" else {"received": received}
    return {**own, "dispute": dispute, "answer": answer}


def _settlement_id(request: PageRequest) -> int:
    text = request.POST.get("settlement", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise funding_refusals.no_such_settlement()
    return int(text)
