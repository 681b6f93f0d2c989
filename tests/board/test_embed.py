"""Pictures for other sites: whole in themselves, true, and allowed to be shown anywhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client

from tanhui.board.embed import PICTURES
from tanhui.config.database import Database
from tests.board.town import make_town

pytestmark = pytest.mark.database
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def town(books: Database, tmp_path: Path) -> Database:
    """The town, committed, as of now."""
    make_town(tmp_path)
    return books


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_picture_stands_by_itself(town: Database, language: str, theme: str) -> None:
    del town
    for name in PICTURES:
        answer = Client().get(f"/embed/{name}.svg?lang={language}&theme={theme}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
        text = answer.content.decode()
        root = ElementTree.fromstring(text)
        assert root.tag == f"{_SVG}svg"
        assert root.get("role") == "img"
        words = [root.find(f"{_SVG}title"), root.find(f"{_SVG}desc")]
        assert all(each is not None and (each.text or "").strip() for each in words)
        shown = " ".join(root.itertext())
        assert ("数据截至" if language == "zh" else "As of") in shown
        assert ("全部为模拟数据" if language == "zh" else "All data simulated") in shown
        if language == "en":
            assert not re.findall(r"[\u4e00-\u9fff]+", shown.split("</style>")[-1]), name
        # Nothing is fetched from anywhere, and nothing runs.
        assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#round", "#hatch"}
        assert "href" not in text
        assert "<script" not in text
        assert "var(--" not in text


def test_pictures_may_be_shown_by_any_site_and_kept_for_a_while(town: Database) -> None:
    del town
    answer = Client().get("/embed/map.svg")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=900"
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors" not in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer
    again = Client().get("/embed/map.svg", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert again["Access-Control-Allow-Origin"] == "*"


def test_a_link_with_other_words_in_it_still_shows_the_picture(town: Database) -> None:
    del town
    plain = Client().get("/embed/people.svg").content
    assert Client().get("/embed/people.svg?lang=fr&theme=pink&x=1").content == plain
    missing = Client().get("/embed/elephants.svg")
    assert missing.status_code == 404
    assert missing.content.decode().startswith("no_such_picture: 没有这张图。")


def test_the_pictures_tell_the_boards_numbers(town: Database) -> None:
    del town
    people = Client().get("/embed/people.svg?lang=en").content.decode()
    assert "2 registered citizens" in people
    board = unescape(Client(headers={"accept-language": "en"}).get("/").content.decode())
    picture = unescape(Client().get("/embed/map.svg?lang=en").content.decode())
    rates = r'<tspan class="v"[^>]*>([^<]*)</tspan>'
    assert re.findall(rates, picture) == re.findall(rates, board)
    assert "Pidu" in picture


def test_the_page_of_pictures_gives_the_line_to_copy(town: Database) -> None:
    del town
    html = unescape(Client(headers={"accept-language": "en"}).get("/embed/").content.decode())
    lines = re.findall(r'<img src="http://testserver(/embed/[^"]*)"', html)
    assert len(lines) == len(PICTURES)
    for line in lines:
        assert Client().get(line).status_code == 200
