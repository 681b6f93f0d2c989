"""The public board: what a visitor sees, and that every number is the books' own."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from tanhui.behaviours import city, recount
from tanhui.behaviours.totals import queries as totals
from tanhui.config.database import Database
from tanhui.scenes.aims import city_aims
from tanhui.scenes.governing import city_documents
from tests.board.town import make_town

pytestmark = pytest.mark.database
CHINESE = {"accept-language": "zh"}
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def town(books: Database, tmp_path: Path) -> Database:
    """The town, committed, as of now."""
    make_town(tmp_path)
    return books


def read(address: str, headers: dict[str, str] = CHINESE) -> str:
    answer = Client(headers=headers).get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def figure(html: str, name: str) -> str:
    """The number beside a definition, such as `yesterday`."""
    found = re.search(rf'id="{name}"><dt>[^<]*<span class="num">([^<]*)</span>', html)
    assert found, name
    return found[1]


def counted() -> tuple[int, int, int]:
    """Deeds, milligrams and points, each deed counted from its own row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(deeds), sum(reduction_mg), sum(points) FROM behaviours_counted")
        (row,) = cursor.fetchall()
    deeds, reduction_mg, points = (int(value) for value in row)
    return deeds, reduction_mg, points


def test_a_visitor_sees_the_city_at_once(town: Database) -> None:
    del town
    html = read("/")
    text = re.sub(r"\s+", " ", strip_tags(html))
    assert "登记市民 2人" in text
    assert "昨日绿色行为 8次" in text
    assert "数据截至 20" in text
    assert "全部为模拟数据" in text
    assert "还没有公开的项目" in text
    assert "签发 0 ＝ 注销 0 ＋ 持有 0 ＋ 预留 0 ＋ 作废 0（kg），已闭合" in text
    assert "账已闭合" in text
    assert "示意图" in text
    assert "审图号" in text
    for place in ("青羊", "郫都", "简阳", "高新区"):
        assert place in text
    assert html.count('role="img"') >= 3
    assert "style=" not in html, "the content security policy takes no inline style"
    for aim in city_aims(settings.TANHUI.content_root).aims:
        assert aim.title_zh in text
    for document in city_documents(settings.TANHUI.content_root):
        assert document.title_zh in text
    assert "未核实" in text


def test_every_page_of_the_board_is_complete_in_english(town: Database) -> None:
    del town
    for address in ("/", "/?hall=dark", "/board/definitions", "/embed/", "/about/"):
        text = strip_tags(read(address, ENGLISH))
        for named in ("简体中文", "碳惠天府", "成府发〔2020〕4号", "成环函〔2025〕273号"):
            text = text.replace(named, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", text), address


def test_the_numbers_are_those_of_the_totals_and_of_a_recount(town: Database) -> None:
    del town
    html = read("/board/definitions")
    deeds, reduction_mg, points = counted()
    assert figure(html, "yesterday") == f"{deeds:,}"
    assert figure(html, "points") == f"{points:,}"
    assert figure(html, "year") == f"{reduction_mg // 1_000:,}.{reduction_mg % 1_000:03} g"
    whole = totals.in_all()
    assert (whole.deeds, whole.reduction_mg, whole.points) == (deeds, reduction_mg, points)
    assert recount.recount().matches
    assert city.path_one_books().closed


def test_the_closing_bar_opens_when_a_row_is_tampered_with(town: Database) -> None:
    assert "账已闭合" in read("/")
    with psycopg.connect(town.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE behaviours_roll SET reduction_mg = reduction_mg + 1")
    assert not city.path_one_books().closed


def test_only_a_roll_makes_the_board_read_the_totals_again(
    town: Database, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    del town
    read("/")
    with django_assert_max_num_queries(7):
        read("/")


def test_before_the_first_roll_the_board_says_so(books: Database) -> None:
    del books
    text = strip_tags(read("/"))
    assert "还没有汇总过" in text
    assert "近三十天没有带地点的记录" in text
    assert "还没有汇总过" in read("/board/definitions")


def test_a_screen_in_a_hall_shows_the_first_screen_alone_and_asks_again(town: Database) -> None:
    del town
    html = read("/?hall=dark")
    assert 'data-theme="dark"' in html
    assert 'hx-trigger="every 900s"' in html
    assert 'id="aims"' not in html
    assert "<footer" not in html
    assert 'data-theme="light"' in read("/?hall=light")
    assert 'class="face"' in read("/?hall=pink")


def test_every_link_of_the_board_leads_somewhere(town: Database) -> None:
    del town
    pages = ["/", "/board/definitions", "/embed/", "/about/"]
    client = Client(headers=CHINESE)
    for page in pages:
        html = read(page)
        anchors = set(re.findall(r'href="#([\w-]+)"', html))
        assert all(f'id="{anchor}"' in html for anchor in anchors)
        for address in sorted(set(re.findall(r'<a [^>]*href="(/[^"]*)"', html))):
            path, _, anchor = address.partition("#")
            answer = client.get(path)
            assert answer.status_code in {200, 302}, address
            if anchor:
                assert f'id="{anchor}"' in answer.content.decode(), address


def test_the_mechanism_is_still_explained(town: Database) -> None:
    del town
    html = read("/about/")
    for words in ("两条路", "一程骑行", "惠公众生活", "118.389 g"):
        assert words in html
    assert 'href="/m/"' in html
    assert "个场景可用" in html
