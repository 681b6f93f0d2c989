"""Pictures for other sites: one self-contained SVG each, with its words, source and cut-off.

They are public and the same for everybody: no cookie is read, any site may show them, and caches
may keep them for as long as the board itself waits between two looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from tanhui.board.front import HALL_SECONDS, Shown, shown_board
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.canonical import digest
from tanhui.web.entrance import THEMES, PageRequest, entrance
from tanhui.web.refusals import status_of

LANGUAGES = {"zh": "zh-hans", "en": "en"}
# Nothing is fetched and nothing runs inside a picture; its colours stand in it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name in the address, its size."""

    name: str
    width: int
    height: int


PICTURES = {
    picture.name: picture
    for picture in (
        Picture("map", 960, 760),
        Picture("months", 480, 384),
        Picture("scenes", 480, 360),
        Picture("people", 480, 240),
    )
}
_LIGHT = {
    "ground": "#FFFFFF", "line": "#DAE2DD", "edge": "#7C8D83", "ink": "#14201A",
    "ink_2": "#44534B", "ink_3": "#58685E", "seq": ("#DDECE2", "#BFDDCB", "#8CC2A3", "#4B9D75",
    "#0A6B43"), "on_seq_5": "#FFFFFF",
}  # fmt: skip
_DARK = {
    "ground": "#0D1512", "line": "#2B3B33", "edge": "#74887D", "ink": "#EAF1EC",
    "ink_2": "#BFCCC4", "ink_3": "#9DAEA4", "seq": ("#192A22", "#1B4030", "#1F5A3D", "#28774F",
    "#6FD09B"), "on_seq_5": "#06281A",
}  # fmt: skip
PALETTES: Mapping[str, Mapping[str, object]] = dict(zip(THEMES, (_LIGHT, _DARK), strict=True))


@xframe_options_exempt
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """One picture as SVG; `?lang=zh|en&theme=light|dark`, Chinese and light by default.

    Anything else in the address is as if it were not there, so that a link never breaks.
    """
    if name not in PICTURES:
        refusal = _no_such_picture()
        sentence = f"{refusal.code}: {refusal.zh} {refusal.en}"
        return HttpResponse(sentence, "text/plain; charset=utf-8", status=status_of(refusal))
    language = _chosen(request, "lang", tuple(LANGUAGES))
    theme = _chosen(request, "theme", THEMES)
    text = drawn(name, language, theme, shown_board(timezone.now()))
    answer = HttpResponse(text, "image/svg+xml; charset=utf-8")
    answer["ETag"] = f'"{digest(text)}"'
    known = get_conditional_response(request, etag=answer["ETag"], response=answer)
    assert isinstance(known, HttpResponse)
    known["Cache-Control"] = f"public, max-age={HALL_SECONDS}"
    known["Access-Control-Allow-Origin"] = "*"
    known["Cross-Origin-Resource-Policy"] = "cross-origin"
    known["Content-Security-Policy"] = _POLICY
    return known


def drawn(name: str, language: str, theme: str, shown: Shown) -> str:
    """The picture's text."""
    with override(LANGUAGES[language]):
        return render_to_string(
            f"board/embed/{name}.svg.html",
            {
                "shown": shown,
                "picture": PICTURES[name],
                "c": PALETTES[theme],
                "language": language,
                "simulated": settings.TANHUI.simulated,
                "LANGUAGE_CODE": LANGUAGES[language],
            },
        )


def _chosen(request: HttpRequest, key: str, offered: tuple[str, ...]) -> str:
    value = request.GET.get(key, "")
    return value if value in offered else offered[0]


def _no_such_picture() -> NotFound:
    return NotFound("no_such_picture", zh="没有这张图。", en="There is no such picture.")


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """The pictures with the line of HTML that shows each of them elsewhere."""
    language = request.appearance.language
    context = {
        "pictures": PICTURES.values(),
        "language": language,
        "theme": request.appearance.theme,
        "host": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "board/embed/index.html", context)
