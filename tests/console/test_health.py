"""The page of jobs and health: what ran, what failed, what is overdue, and who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tanhui.cli import working
from tanhui.console.health import health
from tanhui.governance import jobs
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.partners.contract import approve_production
from tests.cast import BIKE, OPERATOR
from tests.desks import Desks, read

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/console/health"
DESK = Actor("person:8", frozenset({"operator"}), person_id=8)
SYSADMIN = Actor("person:9", frozenset({"sysadmin"}), person_id=9)


def test_before_the_first_round_the_page_says_that_nothing_runs(desks: Desks) -> None:
    page = read(desks.client("operator"), PAGE)
    assert "从来没有跑过" in page
    assert "处需要处理" in page


def test_after_a_round_every_job_is_there_with_its_words(desks: Desks) -> None:
    done = working.once(timezone.now())
    page = read(desks.client("operator"), PAGE)
    for name in done:
        assert name in page
    assert "放行到期没有处理的暂缓" in page
    assert page.count("停了") == 1
    assert "连续失败" not in page
    known = {job.name for job in jobs.jobs(actor=SYSADMIN)}
    assert known == set(done)
    english = read(desks.client("operator", headers={"accept-language": "en"}), PAGE)
    assert "Release holds whose deadline passed" in english


def test_a_job_that_fails_or_stopped_stands_first_and_in_red(desks: Desks) -> None:
    now, actor = timezone.now(), platform_actor()
    old = now - timedelta(minutes=6)
    for name, at in (("a_fine", now), ("b_stopped", old), ("c_failing", now)):
        jobs.note_begun(actor=actor, name=name, at=at)
        trouble = "ValueError, behaviours/holds.py:7" if name == "c_failing" else ""
        jobs.note_ended(actor=actor, name=name, at=at, took_ms=3, done=0, trouble=trouble)
    page = read(desks.client("operator"), PAGE)
    assert page.index("c_failing") < page.index("b_stopped") < page.index("a_fine")
    assert "连续失败 1 次" in page
    assert "ValueError, behaviours/holds.py:7" in page


def test_only_those_whose_duty_it_is_read_the_page(desks: Desks) -> None:
    assert desks.client("operator").get(PAGE).status_code == 200
    for persona in ("regulator", "metro", "lin-xiao"):
        assert desks.client(persona).get(PAGE).status_code in (302, 403), persona


def test_a_partner_that_delivers_by_file_is_not_silent(desks: Desks) -> None:
    approve_production(actor=OPERATOR, partner_code=BIKE, at=desks.city.at, waive="It sends files.")
    soon, late = desks.city.at + timedelta(hours=1), desks.city.at + timedelta(hours=25)
    assert [health(DESK, at).silent for at in (soon, late)] == [0, 1]
