"""Raw SQL against periods as the application's role: what no program and no mistake may do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl
from tests.projects.filing.test_attacks import DIGEST, TERMS, WAY, Table

pytestmark = pytest.mark.database

HASH = "0" * 64


class Desk(Table):
    """A registered project with one period, a body with a key, and every act on it."""

    def __init__(self, connection: psycopg.Connection[object]) -> None:
        super().__init__(connection)
        self.move(*WAY)
        self.decide("registered")
        self.move("proposed", "registered", terms=TERMS)
        self.period = self.open()
        self.key = self.add_key(self.body)

    def open(self, first: str = "2026-01-01", last: str = "2026-06-30") -> int:
        return int(self.one(f"SELECT projects_open_period({self.id}, '{first}', '{last}', now())"))

    def add_key(self, body: int, name: str = "VER") -> int:
        return int(
            self.one(
                "INSERT INTO projects_verifier_key"
                " (organisation_id, key_id, vkey, outbox_id, since)"
                f" VALUES ({body}, '00000000', '{name}+{body}', {body + 5000}, now()) RETURNING id"
            )
        )

    def report(self, number: int = 1, kg: int = 100) -> None:
        self.connection.execute(
            f"INSERT INTO projects_report VALUES ({self.period}, {number}, '{{}}', '{{}}', '{{}}',"
            f" {kg}, 0, 'kiln@1.0.0', '{DIGEST}', '{DIGEST}', '{{}}', '{HASH}', '', 'x', now())"
        )

    def submit(self, number: int = 1) -> None:
        self.connection.execute(
            f"INSERT INTO projects_submission VALUES ({self.period}, {number}, 'x', now())"
        )

    def go(self, *states: str, event: str = "NULL") -> None:
        for source, target in pairwise(states):
            self.one(
                f"SELECT projects_move_period({self.period}, '{source}', '{target}',"
                f" {event}::uuid, now())"
            )

    def opine(self, version: int = 1, positive: str = "true", body: int | None = None) -> int:
        return int(
            self.one(
                "INSERT INTO projects_opinion (subject, version, verifier_id, statement, signature,"
                f" key_id, positive, actor, at) VALUES ('period:{self.period}', {version},"
                f" {body or self.body}, '{{}}', 'AA', {self.key}, {positive}, 'x', now())"
                " RETURNING id"
            )
        )

    def ask(self) -> int:
        finding = self.one(
            "INSERT INTO projects_finding (subject, number, anchor, title, verifier_id, at)"
            f" VALUES ('period:{self.period}', 1, 'EC/3', 'x', {self.body}, now()) RETURNING id"
        )
        self.say(int(finding), 1, "raise")
        return int(finding)

    def say(self, finding: int, number: int, act: str) -> None:
        due = "now()" if act in ("raise", "ask") else "NULL"
        self.connection.execute(
            f"INSERT INTO projects_finding_word VALUES ({finding}, {number}, '{act}', 'x',"
            f" {self.body}, 'x', {due}, now())"
        )

    def propose(self, person: int = 1) -> None:
        case = "00000000-0000-0000-0000-00000000aa01"
        self.one(
            f"SELECT cases_open('{case}', 'monitoring-report', '1.0.0', 'period:{self.period}',"
            " NULL, '{}', 'verified', 'x', 7, now(), NULL, NULL)"
        )
        self.one(
            f"SELECT cases_move('{case}', 2, 'propose', 'verified', 'proposed', false, NULL, NULL,"
            f" '{{}}', 'x', {person}, NULL, NULL, '{{}}', '{{}}', now())"
        )

    def approve(self, opinion: int, proposer: int = 1, confirmer: int = 2) -> None:
        self.connection.execute(
            f"INSERT INTO projects_approval VALUES ({self.period}, {opinion}, {proposer},"
            f" {confirmer}, now())"
        )


@pytest.fixture
def desk(database_url: DatabaseUrl) -> Iterator[Desk]:
    """As the application; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        yield Desk(connection)
        connection.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO projects_period (project_id, number, days, opened_at)"
        " SELECT project_id, 9, '[2027-01-01,2027-02-01)', now() FROM projects_period",
        "UPDATE projects_period SET state = 'approved'",
        "UPDATE projects_period SET days = '[2026-01-01,2026-12-31)'",
        "DELETE FROM projects_period",
        "UPDATE projects_report SET reduction_kg = 9",
        "DELETE FROM projects_report",
        "DELETE FROM projects_submission",
        "UPDATE projects_finding SET anchor = 'x'",
        "UPDATE projects_finding_word SET words = 'x'",
        "DELETE FROM projects_finding_word",
        "UPDATE projects_opinion SET positive = true",
        "DELETE FROM projects_opinion",
        "UPDATE projects_verifier_key SET vkey = 'x'",
        "UPDATE projects_verifier_key SET organisation_id = 1",
        "DELETE FROM projects_verifier_key",
        "UPDATE projects_approval SET proposer_id = 3",
        "DELETE FROM projects_approval",
        "TRUNCATE projects_report CASCADE",
    ],
)
def test_what_was_said_is_never_changed(desk: Desk, attack: str) -> None:
    desk.report()
    with pytest.raises(errors.InsufficientPrivilege):
        desk.connection.execute(attack)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2026-06-30", "2026-12-31", errors.ExclusionViolation),
        ("2026-03-01", "2026-03-01", errors.ExclusionViolation),
        ("2026-12-01", "2027-01-31", errors.CheckViolation),
        ("2025-01-01", "2025-12-31", errors.CheckViolation),
        ("2036-01-01", "2036-12-31", errors.CheckViolation),
        ("2026-12-31", "2026-12-01", errors.DataException),
    ],
)
def test_no_two_periods_share_a_day_and_none_leaves_its_year(
    desk: Desk, first: str, last: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.open(first, last)


def test_days_of_what_came_to_nothing_are_free_again(desk: Desk) -> None:
    desk.go("open", "withdrawn")
    assert desk.open() == desk.period + 1


@pytest.mark.parametrize("state", ["refused", "struck_off", "withdrawn"])
def test_a_project_that_is_not_on_the_register_has_no_new_period(desk: Desk, state: str) -> None:
    desk.connection.execute(
        f"INSERT INTO projects_decision VALUES ({desk.id}, '{state}', 1, 2, 990, now())"
        if state == "struck_off"
        else "SELECT 1"
    )
    if state == "struck_off":
        desk.move("registered", "struck_off")
        with pytest.raises(errors.CheckViolation, match="project_not_registered"):
            desk.open("2027-01-01", "2027-12-31")
    else:
        with pytest.raises(errors.CheckViolation, match="no_such_way"):
            desk.move("registered", state)


def verified(desk: Desk) -> int:
    """Brings the period to where a body has signed; answers the opinion."""
    desk.report()
    desk.submit()
    desk.go("open", "submitted", "verifying")
    opinion = desk.opine()
    desk.go("verifying", "verified")
    return opinion


def test_the_whole_way_is_open_once(desk: Desk) -> None:
    opinion = verified(desk)
    desk.propose()
    desk.go("verified", "proposed")
    desk.approve(opinion)
    desk.go("proposed", "approved")
    desk.go("approved", "issued", event="gen_random_uuid()")
    with pytest.raises(errors.CheckViolation, match="no_such_way"):
        desk.go("issued", "approved")


def test_nothing_is_handed_in_without_a_report(desk: Desk) -> None:
    desk.report()
    with pytest.raises(errors.CheckViolation, match="report_missing"):
        desk.go("open", "submitted")


@pytest.mark.parametrize(
    "before", ["no opinion", "a negative one", "one on an older version", "an open finding"]
)
def test_nothing_is_verified_but_by_an_opinion_on_the_newest_version(
    desk: Desk, before: str
) -> None:
    desk.report()
    desk.submit()
    desk.go("open", "submitted", "verifying")
    if before == "a negative one":
        desk.opine(positive="false")
    if before == "one on an older version":
        desk.opine()
        desk.report(2)
        desk.submit(2)
    if before == "an open finding":
        desk.opine()
        desk.say(desk.ask(), 2, "answer")
    expected = "findings_open" if before == "an open finding" else "opinion_missing"
    with pytest.raises(errors.CheckViolation, match=expected):
        desk.go("verifying", "verified")


@pytest.mark.parametrize(
    "before", ["nobody", "one person twice", "another proposer", "another period's opinion"]
)
def test_nothing_is_approved_but_by_two_persons_on_that_opinion(desk: Desk, before: str) -> None:
    opinion = verified(desk)
    desk.propose()
    desk.go("verified", "proposed")
    if before == "one person twice":
        with pytest.raises(errors.CheckViolation, match="two_persons"):
            desk.approve(opinion, 1, 1)
        return
    if before == "another proposer":
        desk.approve(opinion, 3, 1)
    if before == "another period's opinion":
        own, desk.period = desk.period, desk.open("2026-07-01", "2026-12-31")
        other = desk.opine()
        desk.period = own
        desk.approve(other)
    with pytest.raises(errors.CheckViolation, match="two_persons_decide"):
        desk.go("proposed", "approved")


@pytest.mark.parametrize("event", ["NULL", "gen_random_uuid()"])
def test_an_event_comes_with_the_issuance_and_with_nothing_else(desk: Desk, event: str) -> None:
    opinion = verified(desk)
    desk.propose()
    desk.go("verified", "proposed")
    desk.approve(opinion)
    states = ("proposed", "approved", "issued") if event == "NULL" else ("proposed", "approved")
    with pytest.raises(errors.CheckViolation, match="event_with_issuance"):
        desk.go(*states, event=event)


@pytest.mark.parametrize(
    ("number", "act"), [(2, "raise"), (2, "ask"), (3, "answer"), (1, "answer"), (2, "close-it")]
)
def test_words_about_a_finding_come_in_order(desk: Desk, number: int, act: str) -> None:
    finding = desk.ask()
    with pytest.raises(errors.IntegrityError):
        desk.say(finding, number, act)


def test_a_closed_finding_stays_closed(desk: Desk) -> None:
    finding = desk.ask()
    desk.say(finding, 2, "close")
    with pytest.raises(errors.CheckViolation, match="no_such_act"):
        desk.say(finding, 3, "ask")


@pytest.mark.parametrize("wrong", ["another body", "a revoked key", "twice"])
def test_an_opinion_is_signed_once_by_a_live_key_of_the_body(desk: Desk, wrong: str) -> None:
    if wrong == "a revoked key":
        desk.connection.execute("UPDATE projects_verifier_key SET revoked_at = now()")
    if wrong == "twice":
        desk.opine()
        with pytest.raises(errors.UniqueViolation):
            desk.opine()
        return
    with pytest.raises(errors.CheckViolation, match="key_of_another"):
        desk.opine(body=desk.other if wrong == "another body" else None)


def test_a_revoked_key_stays_revoked(desk: Desk) -> None:
    desk.connection.execute("UPDATE projects_verifier_key SET revoked_at = now()")
    with pytest.raises(errors.CheckViolation, match="key_revoked"):
        desk.connection.execute("UPDATE projects_verifier_key SET revoked_at = NULL")


def test_a_report_is_never_below_zero(desk: Desk) -> None:
    with pytest.raises(errors.CheckViolation, match="projects_report_kg"):
        desk.report(kg=-1)
