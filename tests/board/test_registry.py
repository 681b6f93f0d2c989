"""The public registers: what a stranger sees of projects, credits and retirements, and as files."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.registry.cancelling import confirm_cancellation, propose_cancellation
from tanhui.registry.retiring import Wish
from tests.cast import NOW
from tests.registry.register import Register, open_register

CHINESE = {"accept-language": "zh"}
ENGLISH = {"accept-language": "en"}
PERSON = Wish("person", "张三丰", "Zhang Sanfeng", "婚礼", "a wedding", "", "")


@pytest.fixture
def register(books: Database) -> Register:
    return open_register(books.owner_url)


@pytest.fixture
def told(register: Register, settings: Settings, tmp_path: Path) -> Register:
    """A furnace's credits: sold, retired for an event and for a person, one still to be undone."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    register.issue(3_586_420, buffer_kg=358_642)
    register.transfer(500_000, "sale-1")
    register.retire(1_200, "launch", persona="buyer", at=NOW + timedelta(minutes=1))
    register.retire(5, "wedding", wish=PERSON, at=NOW + timedelta(minutes=2))
    register.retire(40, "later", waive=False, at=NOW + timedelta(minutes=3))
    return register


def read(address: str, headers: dict[str, str] = CHINESE, status: int = 200) -> str:
    answer = Client(headers=headers).get(address)
    assert answer.status_code == status, address
    return unescape(answer.content.decode())


def words(address: str, headers: dict[str, str] = CHINESE) -> str:
    return re.sub(r"\s+", " ", strip_tags(read(address, headers)))


def pages(told: Register) -> list[str]:
    """One of every page of the registers."""
    html = read("/registry/credits/")
    issuance = re.search(r'href="(/registry/issuances/[^"]+)"', html)
    assert issuance
    return [
        "/registry/",
        "/registry/projects/",
        f"/registry/projects/{told.furnace}/",
        "/registry/credits/",
        "/registry/credits/117/",
        issuance[1],
        "/registry/retirements/",
        "/registry/downloads/",
    ]


def test_the_equation_is_told_in_kilograms_and_closes(told: Register) -> None:
    del told
    text = words("/registry/")
    for figure in ("3,586,420", "1,205", "3,585,175", "40", "账已闭合"):
        assert figure in text
    assert "由每一段号码重算" in text
    html = read("/registry/")
    assert "style=" not in html, "the content security policy takes no inline style"


def test_a_books_hand_that_changed_a_block_opens_the_equation(told: Register) -> None:
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE registry_issuance SET serials = int8range(1, 3586422)")
    assert "账未闭合" in words(f"/registry/projects/{told.furnace}/")


def test_one_kilogram_is_followed_from_its_issue_to_its_retirement(told: Register) -> None:
    del told
    html = read("/registry/credits/117/")
    text = re.sub(r"\s+", " ", strip_tags(html))
    for said in (
        "№ 117",
        "已注销，不可再用",
        "2025 年，玻璃窑炉气改电（模拟）少排了这一千克。",
        "是那次 1,200 kg 里的一份",
        "3,586,420 kg，号码 1 起，一千克一个号，永不重用。",
        "500,000 kg",
        "证书 TH-2026-000001",
        "用途：抵消启动仪式的排放，共 1,200 kg。",
        "等待写进公开日志",
    ):
        assert said in text, said
    assert html.count('class="riv ') == 2
    assert "№ 1–1,200" in text
    assert 'href="/certificates/TH-2026-000001"' in html


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (3_586_420, "它留作缓冲"),
        (400_000, "还没有用掉"),
        (500_030, "以前可以撤回"),
    ],
)
def test_a_kilogram_says_where_it_is_now(told: Register, number: int, said: str) -> None:
    del told
    assert said in words(f"/registry/credits/{number}/")


def test_a_retired_kilogram_that_was_cancelled_says_so_for_ever(told: Register) -> None:
    at = NOW + timedelta(hours=1)
    cancellation = propose_cancellation(
        actor=told.actor("regulator"), first=100, last=199, reason="电表读错", at=at
    )
    confirm_cancellation(actor=told.actor("regulator-2"), cancellation_id=cancellation, at=at)
    text = words("/registry/credits/117/")
    for said in ("已注销，后来作废", "后来查明它不算数", "电表读错"):
        assert said in text
    assert "已注销，不可再用" in words("/registry/credits/300/")
    assert "补足 TH-2026-000001" in words("/registry/credits/3227779/")
    assert "已补足" in words("/registry/retirements/")


def test_nobodys_name_is_told_where_a_person_is_the_beneficiary(told: Register) -> None:
    for page in (*pages(told), "/registry/credits/500003/"):
        assert "张三丰" not in read(page), page
        assert "Zhang Sanfeng" not in read(page, ENGLISH), page
    assert "一位个人" in words("/registry/retirements/")
    assert "张三丰" not in table("retirements").read().decode()


def test_a_draft_is_nobodys_business(told: Register) -> None:
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO projects_project (owner_id, name_zh, name_en, about_zh, about_en,"
            " methodology, digest, field, call, district, simplified, simulated, state, created_at)"
            " SELECT owner_id, '没有公开', 'Not public', '', '', methodology, digest, field, '',"
            " '', false, true, 'draft', created_at FROM projects_project LIMIT 1"
        )
    assert "没有公开" not in read("/registry/projects/")
    read("/registry/projects/CDCER-0003/", status=404)
    assert "没有公开" not in table("projects").read().decode()


def test_projects_are_found_by_words_stage_and_district(told: Register) -> None:
    assert told.furnace in words("/registry/projects/?q=玻璃")
    assert "没有这样的项目" in words("/registry/projects/?q=玻璃&stage=past")
    assert "没有这样的项目" in words("/registry/projects/?district=510104")
    for odd in ("?stage=x&district=x&field=x&after=x", "?q=%00", "?after=99999999999999999999"):
        read(f"/registry/projects/{odd}")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("14208117", "/registry/credits/14208117/"),
        ("№ 14,208,117", "/registry/credits/14208117/"),
        ("１４２０８１１７", "/registry/credits/14208117/"),
        ("№ 14,208,001–14,209,200", "/registry/credits/14208001/"),
        ("th-2026-000482", "/certificates/TH-2026-000482"),
        ("https://example.org/certificates/TH-2026-000482?x=1", "/certificates/TH-2026-000482"),
        ("CDCER-0001", "/registry/projects/CDCER-0001/"),
        ("玻璃", "/registry/projects/?q=%E7%8E%BB%E7%92%83"),
        ("", "/registry/"),
        ("9" * 40, f"/registry/projects/?q={'9' * 40}"),
    ],
)
def test_what_is_typed_or_scanned_leads_somewhere(client: Client, typed: str, address: str) -> None:
    answer = client.get("/registry/find", {"q": typed})
    assert answer.status_code == 302
    assert answer["Location"] == address


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 30, "-1", "1e3", "１", "x"])
def test_a_number_that_nobody_was_given_is_not_found(told: Register, number: str) -> None:
    del told
    assert "没有签发过" in read(f"/registry/credits/{number}/", status=404)


def test_every_page_is_complete_in_english_and_every_link_leads_somewhere(told: Register) -> None:
    client, seen = Client(headers=CHINESE), set()
    for page in pages(told):
        text = strip_tags(read(page, ENGLISH)).replace("简体中文", "")
        assert not re.findall(r"[\u4e00-\u9fff]+", text), page
        seen |= set(re.findall(r'<a [^>]*href="(/[^"#]*)', read(page)))
    for address in sorted(seen):
        if not address.startswith(("/certificates/", "/methodologies/energy")):
            answer = client.get(address)
            assert answer.status_code in {200, 302}, address
            answer.close()


def table(name: str, kind: str = "csv") -> io.BytesIO:
    answer: Any = Client().get(f"/registry/downloads/{name}.{kind}")
    assert answer.status_code == 200, name
    return io.BytesIO(b"".join(answer.streaming_content))


def test_the_files_hold_the_register_and_the_dictionary_every_column(told: Register) -> None:
    dictionary = json.loads(read("/registry/downloads/dictionary.json"))
    for one in dictionary["tables"]:
        names = [column["name"] for column in one["columns"]]
        rows = list(csv.DictReader(io.TextIOWrapper(table(one["name"]))))
        found = pq.read_table(table(one["name"], "parquet"))
        assert found.column_names == names
        assert found.num_rows == len(rows)
        assert not rows or list(rows[0]) == names
    moved = list(csv.DictReader(io.TextIOWrapper(table("movements"))))
    issued = sum(int(row["kg"]) for row in moved if row["kind"] == "issue")
    [equation] = csv.DictReader(io.TextIOWrapper(table("equation")))
    assert issued == int(equation["issued_kg"]) == 3_586_420
    parts = ("held_kg", "reserved_kg", "retired_kg", "cancelled_kg")
    assert sum(int(equation[part]) for part in parts) == issued
    assert {row["project"] for row in moved} == {told.furnace}
    answer: Any = Client().get("/registry/downloads/equation.csv")
    assert b"".join(answer.streaming_content)
    known = Client().get(
        "/registry/downloads/equation.csv", headers={"If-None-Match": answer["ETag"]}
    )
    assert known.status_code == 304
    for wrong in ("nothing.csv", "equation.xlsx"):
        assert "没有这份下载文件" in read(f"/registry/downloads/{wrong}", status=404)


def test_before_anything_was_issued_every_page_says_so(register: Register) -> None:
    del register
    assert "还没有签发" in words("/registry/")
    assert "还没有注销" in words("/registry/retirements/")
    assert "账已闭合" in words("/registry/")
