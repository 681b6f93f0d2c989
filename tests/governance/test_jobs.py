"""Rounds of jobs: noted as they begin and end; one that fails stops no other."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import transaction

from tanhui.cli import working
from tanhui.config.database import Database
from tanhui.governance import jobs
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden
from tests.cast import NOW, OPERATOR
from tests.conftest import DatabaseUrl

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]


def _ended(name: str, at: datetime, *, done: int = 0, trouble: str = "") -> None:
    actor = platform_actor()
    jobs.note_begun(actor=actor, name=name, at=at)
    jobs.note_ended(actor=actor, name=name, at=at, took_ms=5, done=done, trouble=trouble)


def test_a_round_that_finds_nothing_leaves_what_the_last_one_did(books: Database) -> None:
    del books
    _ended("job", NOW, done=7)
    _ended("job", NOW + timedelta(seconds=30))
    [job] = jobs.jobs(actor=OPERATOR)
    assert (job.done, job.done_at) == (7, NOW)
    assert job.ended_at == NOW + timedelta(seconds=30)
    assert job.state(NOW + timedelta(seconds=40)) == "ok"


def test_failures_in_a_row_are_counted_and_the_last_trouble_stays() -> None:
    for second in range(3):
        _ended("job", NOW + timedelta(seconds=second), trouble="ValueError, x.py:1")
    [job] = jobs.jobs(actor=OPERATOR)
    assert (job.failures, job.state(NOW)) == (3, "failing")
    _ended("job", NOW + timedelta(minutes=1))
    [job] = jobs.jobs(actor=OPERATOR)
    assert (job.failures, job.trouble) == (0, "ValueError, x.py:1")
    assert job.trouble_at == NOW + timedelta(seconds=2)


def test_a_round_that_hangs_is_seen() -> None:
    jobs.note_begun(actor=platform_actor(), name="job", at=NOW)
    [job] = jobs.jobs(actor=OPERATOR)
    assert job.state(NOW + timedelta(minutes=1)) == "running"
    assert job.state(NOW + timedelta(minutes=6)) == "late"


def test_a_job_that_fails_stops_no_other_and_is_told_without_its_values(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> int:
        # Also what happens within a transaction must not reach the others.
        with transaction.atomic():
            raise ValueError("13800000001 may not be told")

    def refused() -> int:
        raise Conflict("books_closed", zh="账已关。", en="The books are closed.")

    made = {"first": broken, "second": refused, "third": lambda: 5}
    monkeypatch.setattr(working, "_jobs", lambda _: made)
    logging.getLogger("tanhui").propagate = True
    outcome = working.rounds(NOW)
    logging.getLogger("tanhui").propagate = False
    assert outcome.done == {"third": 5}
    assert set(outcome.failed) == {"first", "second"}
    assert "first failed" in caplog.text
    noted = {job.name: job for job in jobs.jobs(actor=OPERATOR)}
    assert (noted["first"].failures, noted["third"].done) == (1, 5)
    assert (noted["first"].trouble or "").startswith("ValueError, ")
    assert (noted["second"].trouble or "").startswith("books_closed, ")
    assert "138" not in (noted["first"].trouble or "")
    with pytest.raises(ExceptionGroup) as failed:
        working.once(NOW)
    assert len(failed.value.exceptions) == 2


def test_only_the_platform_notes_and_only_those_on_duty_read() -> None:
    with pytest.raises(Forbidden):
        jobs.note_begun(actor=OPERATOR, name="job", at=NOW)
    with pytest.raises(Forbidden):
        jobs.note_ended(actor=OPERATOR, name="job", at=NOW, took_ms=0, done=0)
    nobody = Actor("public", frozenset({"public"}))
    for ask in (jobs.jobs, jobs.database_facts):
        with pytest.raises(Forbidden):
            ask(actor=nobody)
    assert jobs.database_facts(actor=OPERATOR).size > 1_000_000


@pytest.mark.parametrize("done", [-1])
def test_the_database_refuses_counts_that_cannot_be(done: int, database_url: DatabaseUrl) -> None:
    with (
        psycopg.connect(database_url.app) as raw,
        pytest.raises(psycopg.errors.CheckViolation) as violation,
    ):
        raw.execute(
            "INSERT INTO governance_job (name, begun_at, done, failures)"
            " VALUES ('x', now(), %s, 0)",
            [done],
        )
    assert violation.value.diag.constraint_name == "governance_job_counts"


def test_the_database_refuses_failures_without_trouble_and_deletions(
    database_url: DatabaseUrl,
) -> None:
    with (
        psycopg.connect(database_url.app) as raw,
        pytest.raises(psycopg.errors.CheckViolation) as violation,
    ):
        raw.execute(
            "INSERT INTO governance_job (name, begun_at, done, failures) VALUES ('x', now(), 0, 1)"
        )
    assert violation.value.diag.constraint_name == "governance_job_trouble"
    with (
        psycopg.connect(database_url.app) as raw,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        raw.execute("DELETE FROM governance_job")
