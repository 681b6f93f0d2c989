"""Speaking about a held deed: one sentence, on one page, and what happens with it."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tanhui.behaviours import appeals
from tanhui.citizen import shown
from tanhui.kernel.refusals import Refusal
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

WORDS_MAX = 500
# One more is read than the vault takes, so that it is the vault that refuses.
PHOTO_BYTES_MAX = 10_000_000


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def appeal(request: PageRequest, key: str) -> HttpResponse:
    """Explains, objects or answers, by where the deed's hold is; leads back to the deed."""
    if request.actor.person_id is None:
        raise Http404
    error, status = "", 200
    words = request.POST.get("words", "")
    if request.method == "POST":
        try:
            sent = request.FILES.get("photo")
            photo = sent.read(PHOTO_BYTES_MAX + 1) if sent else None
            appeals.speak(actor=request.actor, key=key, words=words, photo=photo, at=request.at)
            return HttpResponseRedirect(reverse("citizen:why", args=[key]))
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    # Read after the attempt: what was refused may have ended meanwhile.
    deed = shown.why_page(citizen_id=request.actor.person_id, key=key).deed
    context = {
        "deed": deed,
        "may": deed.row.hold.may if deed.row.hold else "",
        "words": words,
        "words_max": WORDS_MAX,
        "error": error,
        "tab": "statement",
    }
    return render(request, "citizen/appeal.html", context, status=status)
