"""The page on which a stranger's own browser checks the public log, and the program that does so.

The server gives the page, the files and the log; it checks nothing here, as it could only vouch for
itself.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.web.entrance import PageRequest, entrance

PROGRAM = "tanhui_verify.py"
# With this a verification body makes its key and signs, on a machine of its own.
SIGNER = "tanhui_sign.py"
# With this anybody recomputes a draw.
DRAWER = "tanhui_draw.py"
_FOLDER = "verify"


@entrance
@require_safe
def page(request: PageRequest) -> HttpResponse:
    """What the browser needs to check yesterday's totals or anybody's proof."""
    yesterday = city_day(request.at) - timedelta(days=1)
    # How long it is, is said where it is downloaded: a reader sees how little there is to trust.
    facts = {"yesterday": yesterday, "program": PROGRAM, "lines": len(_program().splitlines())}
    return render(request, "board/verify.html", facts)


@entrance
@require_safe
def program(request: PageRequest) -> HttpResponse:
    """The verifier as a file. Refuses: `verifier_missing`."""
    del request
    return _file(PROGRAM)


@entrance
@require_safe
def signer(request: PageRequest) -> HttpResponse:
    """The program with which verification bodies sign. Refuses: `verifier_missing`."""
    del request
    return _file(SIGNER)


@entrance
@require_safe
def drawer(request: PageRequest) -> HttpResponse:
    """The program that recomputes draws. Refuses: `verifier_missing`."""
    del request
    return _file(DRAWER)


def _file(name: str) -> HttpResponse:
    text = _program(name)
    if not text:
        raise NotFound(
            "verifier_missing",
            zh="这里没有带上这个程序。它在源代码的 verify 文件夹里。",
            en="This program is not installed here. It lies in the folder verify of the source.",
        )
    answer = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _program(name: str = PROGRAM) -> str:
    """The program's text; empty where only the package is installed, without the source beside."""
    path = settings.TANHUI.root / _FOLDER / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
