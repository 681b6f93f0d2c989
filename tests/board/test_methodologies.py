"""The public library's pages: whole in both languages, computed on the server, open to machines."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from tanhui.methodology.canonical import digest
from tanhui.methodology.document import Methodology
from tanhui.scenes.library import city_library

# Which rules are in force is asked of the rulebook.
pytestmark = pytest.mark.django_db
CHINESE = Client(headers={"accept-language": "zh"})
ENGLISH = Client(headers={"accept-language": "en"})
BIKE = "/methodologies/shared-bike.chengdu@1.0.0/"
HTMX = {"HX-Request": "true"}


def documents() -> list[Methodology]:
    return city_library(settings.TANHUI.content_root).methodologies.methodologies()


def read(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def links(html: str) -> Iterator[str]:
    yield from re.findall(r'<a [^>]*href="(/[^"#]*)', html)


def test_every_methodology_is_a_page_in_both_languages() -> None:
    for document in documents():
        address = f"/methodologies/{document.reference}/"
        chinese, english = read(CHINESE, address), read(ENGLISH, address)
        assert document.title.zh in chinese
        assert document.title.en in english
        assert document.digest in chinese
        assert '<html lang="en"' in english
        for example in document.examples:
            assert example.title.zh in chinese
            assert example.title.en in english
        assert chinese.count('<details class="example"') == len(document.examples)
        assert "style=" not in chinese, "the content security policy takes no inline style"


def test_the_page_says_plainly_what_it_rests_on() -> None:
    assert "这是重建文本，不是官方文本。" in read(CHINESE, BIKE)
    peer = next(d for d in documents() if d.basis == "published")
    assert "仅供对照" in read(CHINESE, f"/methodologies/{peer.reference}/")


def test_words_of_the_page_are_translated() -> None:
    text = strip_tags(read(ENGLISH, BIKE))
    for named in (
        "简体中文",
        "美团/生态环境部环境发展中心",
        "公民绿色低碳行为温室气体减排量化导则",
    ):
        text = text.replace(named, "")
    assert not re.findall(r"[\u4e00-\u9fff]+", text)


def test_the_library_lists_everything_and_can_be_narrowed_without_a_script() -> None:
    whole = read(CHINESE, "/methodologies/")
    for document in documents():
        assert document.id in whole
    for label in ("公众行为", "项目", "会展活动", "单位", "个人", "工具", "外地规则，仅供对照"):
        assert label in whole
    one = read(CHINESE, "/methodologies/?path=citizen&field=travel&q=单车")
    assert "共享单车骑行减排量" in one
    assert "photovoltaic" not in one
    assert "没有找到" in read(CHINESE, "/methodologies/?q=没有的东西")


def test_every_link_of_the_library_leads_somewhere() -> None:
    pages = [
        "/methodologies/",
        "/methodologies/factors/",
        BIKE,
        "/methodologies/factors/grid-2022/",
    ]
    found = {link.split("?")[0] for page in pages for link in links(read(CHINESE, page))}
    assert len(found) > 60
    for address in found - {"/", "/m/"}:
        assert CHINESE.get(address).status_code == 200, address


def test_two_versions_are_compared_on_a_page_that_the_older_one_leads_to() -> None:
    newer = "/methodologies/shared-bike.chengdu@2.0.0/"
    against = f"{newer}against/shared-bike.chengdu@1.0.0/"
    assert against in set(links(read(CHINESE, newer)))
    assert against in set(links(read(CHINESE, BIKE)))
    chinese, english = read(CHINESE, against), read(ENGLISH, against)
    assert "由单一每公里因子改为" in chinese
    assert "One factor per kilometre gives way" in english
    assert "−4,862" in chinese
    assert '<svg xmlns="http://www.w3.org/2000/svg" role="img"' in english
    assert "style=" not in chinese
    nowhere = CHINESE.get(f"{BIKE}against/shared-bike.chengdu@9.0.0/")
    assert nowhere.status_code == 404


def test_the_calculator_answers_what_the_address_asks() -> None:
    html = read(CHINESE, BIKE + "?d=5000")
    assert '<span class="num big">243.500</span>' in html
    assert 'value="5000"' in html
    assert "共享单车积分规则" in html
    assert "tanhui evaluate shared-bike.chengdu@1.0.0 --inputs" in html
    assert "地铁积分规则" in read(CHINESE, "/methodologies/metro.chengdu/")
    general = read(CHINESE, "/methodologies/clean-plate.chengdu/")
    assert "通用积分规则" in general


def test_a_wrong_input_is_told_beside_its_field() -> None:
    html = read(CHINESE, BIKE + "?d=2.43")
    (message,) = re.findall(r'<p class="msg" id="m-d"[^>]*>(.*?)</p>', html, re.S)
    assert "若是 2.43 km，请填 2430。" in message
    assert "num big" not in html
    hostile = CHINESE.get(BIKE, {"d": "<script>"}).content.decode()
    assert "<script>" not in hostile


def test_htmx_gets_the_answer_alone_and_empties_old_messages() -> None:
    answer = CHINESE.get(BIKE + "?d=2431", headers=HTMX)
    html = answer.content.decode()
    assert "<html" not in html
    assert "118.389" in html
    assert re.search(r'id="m-d"[^>]*hx-swap-oob="true"></p>', html)
    assert answer["Cache-Control"] == "no-store"
    assert "HX-Request" in CHINESE.get(BIKE)["Vary"]


def test_a_scenario_and_a_list_are_computed() -> None:
    address = "/methodologies/waste-plastic.chengdu/"
    html = read(CHINESE, address)
    assert 'type="radio" name="route" value="mechanical" checked' in html
    refused = read(CHINESE, address + "?route=chemical", **HTMX)
    assert "请填写。" in refused
    event = read(CHINESE, "/methodologies/event.footprint/")
    assert "用逗号分开" in event
    assert '<ul class="parts">' in event


def test_the_document_is_there_for_machines() -> None:
    for document in documents():
        answer = CHINESE.get(f"/methodologies/{document.reference}.toml")
        assert answer["Content-Type"].startswith("application/toml")
        assert tomllib.loads(answer.content.decode())["methodology"]["id"] == document.id
        written = CHINESE.get(f"/methodologies/{document.reference}.json")
        data = json.loads(written.content)
        assert data["digest"] == document.digest == digest(data["content"])
        assert written["ETag"] == f'"{document.digest}"'
    again = CHINESE.get(
        f"/methodologies/{document.reference}.json", headers={"If-None-Match": written["ETag"]}
    )
    assert again.status_code == 304


def test_every_factor_table_is_a_page_and_a_file() -> None:
    tables = city_library(settings.TANHUI.content_root).methodologies.factors.tables()
    listed = read(CHINESE, "/methodologies/factors/")
    for table in tables:
        assert table.zh in listed
        page = read(ENGLISH, f"/methodologies/factors/{table.id}/")
        for row in table.rows:
            assert f'id="{row.key}"' in page
        answer = CHINESE.get(f"/methodologies/factors/{table.id}.csv")
        assert answer["Content-Type"].startswith("text/csv")
        assert answer.content.decode().startswith("key,series,zh,en,value,unit")
        text = CHINESE.get(f"/methodologies/factors/{table.id}.toml").content.decode()
        assert tomllib.loads(text)["table"]["id"] == table.id
    rows = CHINESE.get("/methodologies/factors.csv").content.decode().splitlines()
    assert len(rows) == 1 + sum(len(table.rows) for table in tables)


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/methodologies/shared-bke.chengdu/", "/methodologies/shared-bike.chengdu/"),
        ("/methodologies/shared-bike.chengdu@9.9.9/", "/methodologies/shared-bike.chengdu/"),
        ("/methodologies/factors/grid-2020/", ""),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest(address: str, near: str) -> None:
    answer = CHINESE.get(address)
    assert answer.status_code == 404
    assert near in answer.content.decode()
    assert CHINESE.get("/methodologies/nothing.toml").status_code == 404
