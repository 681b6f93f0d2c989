"""Public certificates of retirement: how one stands now, and its files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tanhui.board.verify import PROGRAM
from tanhui.identity.organisations import queries as organisations
from tanhui.kernel.refusals import Conflict
from tanhui.projects.verification import queries as verification
from tanhui.registry import queries as registry
from tanhui.registry.certificate import queries as certificates
from tanhui.registry.certificate.queries import Certificate
from tanhui.web.entrance import PageRequest, entrance

# The mark on the paper is the installation's own, whatever language its pages are read in.
BRAND = "碳惠天府"
_PRIVATE = "private, no-store"


def _key(request: PageRequest) -> str:
    return request.GET.get("key", "")


def _address(request: PageRequest, found: Certificate) -> str:
    """The public page, as the paper's code has it; a person's opens with its key."""
    path = reverse("certificates:page", args=[found.number])
    asked = f"?{urlencode({'key': found.key})}" if found.key else ""
    return request.build_absolute_uri(path) + asked


@entrance
@require_safe
def page(request: PageRequest, number: str) -> HttpResponse:
    """How a certificate stands now, and where its files are. Refuses: `no_such_retirement`."""
    retirement = registry.retirement(number)
    facts: dict[str, object] = {"retirement": retirement, "room": "retirements"}
    try:
        found = certificates.certificate(number)
    except Conflict:
        return _private(render(request, "board/certificates/waiting.html", facts))
    readable = found.readable(request.actor, _key(request))
    asked = f"?{urlencode({'key': found.key})}" if readable and found.key else ""
    facts |= {
        "certificate": found,
        "readable": readable,
        "asked": asked,
        "holder": organisations.organisation(retirement.organisation_id),
        "program": PROGRAM,
    }
    return _private(render(request, "board/certificates/page.html", facts))


def _private(answer: HttpResponse) -> HttpResponse:
    """Who asks decides what is shown, and what is shown may change any time."""
    answer["Cache-Control"] = _PRIVATE
    return answer


@entrance
@require_safe
def file(request: PageRequest, number: str) -> HttpResponse:
    """The signed data with its proof. Refuses what `certificates.opened` and `file` refuse."""
    found = certificates.opened(number, actor=request.actor, key=_key(request))
    return _file(certificates.file(found), "application/vc", f"{number}.json")


@entrance
@require_safe
def paper(request: PageRequest, number: str) -> HttpResponse:
    """The printed page as it stands now. Refuses what `certificates.opened` refuses."""
    found = certificates.opened(number, actor=request.actor, key=_key(request))
    made = certificates.pdf(found, address=_address(request, found), brand=BRAND)
    return _file(made, "application/pdf", f"{number}.pdf", shown=True)


@entrance
@require_safe
def proof(request: PageRequest, number: str) -> HttpResponse:
    """The C2SP proof of its leaf, which names nobody. Refuses: `certificate_not_logged`."""
    del request
    found = certificates.certificate(number)
    text = certificates.log_file(found).text
    return _file(text.encode(), "text/plain; charset=utf-8", f"{number}.tlog-proof")


@entrance
@require_safe
def leaf(request: PageRequest, number: str) -> HttpResponse:
    """The leaf itself, byte for byte. Refuses: `certificate_not_logged`."""
    del request
    found = certificates.certificate(number)
    return _file(certificates.log_file(found).leaf, "application/json", f"{number}.leaf")


def _file(data: bytes, kind: str, name: str, *, shown: bool = False) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    way = "inline" if shown else "attachment"
    answer["Content-Disposition"] = f'{way}; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return _private(answer)


@entrance
@require_safe
def policy(request: PageRequest) -> HttpResponse:
    """Whose keys count: the log's policy, the issuers, the verifiers. For those who trust us.

    Refuses: `log_policy_missing`.
    """
    del request
    bodies = organisations.organisations(role="verifier")
    keys = [key.vkey for body in bodies for key in verification.keys(body)]
    text = certificates.public_keys(keys)
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="tanhui-keys"'
    answer["Cache-Control"] = "no-store"
    return answer
