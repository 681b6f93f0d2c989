"""Taking one's data along, and closing the account."""

from __future__ import annotations

import json
import unicodedata

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from tanhui.behaviours.personal import refusals
from tanhui.behaviours.personal.erasure import erase_person
from tanhui.behaviours.personal.export import export_person
from tanhui.kernel.refusals import Refusal
from tanhui.web.entrance import PageRequest, citizens_only, entrance, session_cookie
from tanhui.web.refusals import refusal_text, status_of

# What is typed to close an account, in either language.
WORDS = {"zh": "注销账户", "en": "close my account"}


@entrance
@require_POST
@citizens_only
def export(request: PageRequest) -> HttpResponse:
    """Everything that is kept on the citizen, as one file."""
    document = export_person(actor=request.actor, at=request.at)
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="tanhui-my-data.json"'
    return response


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def close(request: PageRequest) -> HttpResponse:
    """Says what goes and what stays; closes the account once the word is typed."""
    error, status = "", 200
    word = WORDS["zh" if (get_language() or "zh").startswith("zh") else "en"]
    if request.method == "POST":
        try:
            if _plain(request.POST.get("word", "")) not in WORDS.values():
                raise refusals.not_confirmed(word)
            erase_person(actor=request.actor, at=request.at)
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
        else:
            # Nobody is logged in any more; the page is for whoever reads it.
            request.person = None
            response = render(request, "citizen/closed.html", {"tab": "me"})
            response.delete_cookie(session_cookie())
            response["Cache-Control"] = "no-store"
            return response
    context = {"word": word, "error": error, "tab": "me"}
    return render(request, "citizen/close.html", context, status=status)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:80]).split()).lower()
