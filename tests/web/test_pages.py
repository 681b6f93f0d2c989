"""What all pages share: errors, choices, headers, translations, the size of their files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

import tanhui
from tanhui.board import front
from tanhui.config.urls import urlpatterns
from tanhui.kernel import refusals
from tanhui.web import translations
from tanhui.web.refusals import STATUS

SOURCE = Path(tanhui.__file__).parent


def test_every_string_is_translated_used_and_compiled() -> None:
    assert translations.problems() == []


def test_every_kind_of_refusal_has_its_status() -> None:
    kinds = {kind.kind for kind in refusals.Refusal.__subclasses__()}
    assert kinds == set(STATUS)


@pytest.mark.parametrize("suffix", ["html", "css", "js"])
def test_files_of_pages_are_short(suffix: str) -> None:
    for path in SOURCE.rglob(f"*.{suffix}"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh-CN", "没有这一页"), ("en", "There is no such page")]
)
def test_an_address_that_is_not_there_has_a_page(language: str, sentence: str) -> None:
    answer = Client(headers={"accept-language": language}).get("/nowhere")
    assert answer.status_code == 404
    assert sentence in answer.content.decode()
    assert answer["Content-Security-Policy"]


class _Kept(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    """What the framework writes into its log meanwhile."""
    records: list[logging.LogRecord] = []
    handler = _Kept(records)
    own = [logging.getLogger(name) for name in ("django", "django.security.RequestDataTooBig")]
    for logger in own:
        logger.addHandler(handler)
    yield records
    for logger in own:
        logger.removeHandler(handler)


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "太大"), ("en", "too large")])
@pytest.mark.parametrize("page", ["/choose", "/console/rules/tariff/points.shared-bike/new"])
def test_a_form_too_large_is_told_so_and_nothing_is_logged(
    page: str, language: str, said: str, logged: list[logging.LogRecord]
) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(
        page, "body=" + "%23" * 900_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    html = answer.content.decode()
    assert said in html
    assert "form_too_large" in html
    assert "2560 KB" in html
    assert answer["Content-Security-Policy"]
    assert logged == []


def test_a_form_from_elsewhere_is_not_taken() -> None:
    answer = Client(enforce_csrf_checks=True).post("/choose", {"theme": "dark"})
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "这一步没有通过检查" in html
    assert '<html lang="zh-CN"' in html


@pytest.mark.database
@pytest.mark.django_db
def test_a_defect_has_a_page_that_says_what_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(front, "render", broken)
    client = Client(raise_request_exception=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "你的积分没有变化" in answer.content.decode()
    assert "broken on purpose" not in answer.content.decode()


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        else:
            yield str(pattern.pattern), pattern.callback


def test_every_page_comes_through_the_entrance() -> None:
    # The interface for machines has no session to find; its own tests see to its doors.
    pages = [one for one in urlpatterns if not str(one.pattern).startswith("api/")]
    outside = {
        route
        for route, view in _views(pages)
        if "entrance.py" not in getattr(getattr(view, "__code__", None), "co_filename", "")
    }
    # A picture for other sites is the same for everybody: it must not even look at a cookie.
    # The till goes round the entrance to say that it, alone, may use the camera.
    assert outside == {"healthz", "<str:name>.svg", "till"}


@pytest.mark.database
@pytest.mark.django_db
def test_choices_are_kept_in_the_browser() -> None:
    client = Client()
    client.post("/choose", {"theme": "dark", "next": "/"})
    client.post("/choose", {"language": "en", "next": "/"})
    html = client.get("/").content.decode()
    assert 'data-theme="dark"' in html
    assert '<html lang="en"' in html
    refused = client.post("/choose", {"theme": "sepia"})
    assert refused.status_code == 422
    assert "choice_unknown" in refused.content.decode()
    assert client.get("/choose").status_code == 405
