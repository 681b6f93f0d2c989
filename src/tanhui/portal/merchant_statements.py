"""A merchant's statements: the months, one month, its files, saying that the money came."""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.portal import merchant_shown as shown
from tanhui.portal.doors import acting, merchants, reading
from tanhui.web import settlements
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.settlements import Desk

_SHELL = "portal/merchant_shell.html"


@entrance
@reading
@merchants
def months(request: PageRequest) -> HttpResponse:
    """The months of statements."""
    return settlements.months_page(request, _desk(request))


@entrance
@acting
@merchants
def month(request: PageRequest, month: str) -> HttpResponse:
    """One month's statement, on which the merchant says what it received."""
    return settlements.month_page(request, _desk(request), month)


@entrance
@reading
@merchants
def month_csv(request: PageRequest, month: str) -> HttpResponse:
    """One month as CSV."""
    return settlements.csv_file(request, _desk(request), month)


@entrance
@reading
@merchants
def month_pdf(request: PageRequest, month: str) -> HttpResponse:
    """One month on paper."""
    return settlements.pdf_file(request, _desk(request), month)


def _desk(request: PageRequest) -> Desk:
    return Desk("merchant", shown.own(request.actor), _SHELL)
