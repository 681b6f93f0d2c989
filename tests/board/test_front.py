"""The public page and the health check."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client

from tanhui import __version__
from tanhui.board import health
from tanhui.scenes.library import city_library


def test_the_front_page_is_complete_in_both_languages() -> None:
    chinese = Client(headers={"accept-language": "zh"}).get("/").content.decode()
    for words in ("两条路", "四个目标", "惠公众生活", "激企业潜力", "转生态价值", "塑城市特质"):
        assert words in chinese
    assert 'href="/m/"' in chinese
    assert "模拟" in chinese
    english = Client(headers={"accept-language": "en"}).get("/").content.decode()
    for named in ("简体中文", "碳惠天府", "成府发〔2020〕4号"):
        english = english.replace(named, "")
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_the_front_page_names_the_scenes_that_content_has_opened() -> None:
    html = Client(headers={"accept-language": "zh"}).get("/").content.decode()
    library = city_library(settings.TANHUI.content_root)
    assert f"{len(library.scenes)} 个场景可用" in html
    for scene in library.scenes:
        assert f"{scene.title_zh}</li>" in html
    english = Client(headers={"accept-language": "en"}).get("/").content.decode()
    assert "8 scenes open" in english
    assert "Metro ride</li>" in english


def test_every_link_of_the_front_page_leads_somewhere() -> None:
    html = Client().get("/").content.decode()
    anchors = set(re.findall(r'href="#(\w+)"', html))
    assert anchors
    assert all(f'id="{anchor}"' in html for anchor in anchors)
    known = {"/", "/m/", "/portal/", "/console/", "/methodologies/"}
    known.add("/methodologies/shared-bike.chengdu/")
    assert set(re.findall(r'<a [^>]*href="(/[^"]*)"', html)) == known


@pytest.mark.database
@pytest.mark.django_db
def test_health_is_ok_once_the_database_answers_and_is_migrated() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.database
@pytest.mark.django_db
def test_health_names_missing_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_known_migrations", lambda: frozenset({("x", "0001_later")}))
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "migrations_missing"


@pytest.mark.database
@pytest.mark.django_db
def test_health_names_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr(connections["default"], "ensure_connection", silent)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "database_unreachable"
