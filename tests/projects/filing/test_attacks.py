"""Raw SQL against projects as the application's role: what no program and no mistake may do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
DIGEST = "sha256:" + "0" * 64
START = (
    "SELECT projects_start({owner}, '窑', 'Kiln', '', '', 'kiln.chengdu@1.0.0', '{digest}',"
    " 'energy', '', '510113', NULL, false, true, now())"
)
ORGANISATION = (
    "INSERT INTO identity_organisation (code, name_zh, name_en, credit_code, roles, registered_at)"
    " VALUES ('{code}', 'x', 'x', '{code:X>18}', '{{{role}}}', now()) RETURNING id"
)
SITE = '{{"name": "甲", "place": {{}}, "meters": ["E1"], "share_ppm": {share}}}'


class Table:
    """One project in the state it was brought to, with an owner, a body and another owner."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.owner, self.body, self.other = (
            self.one(ORGANISATION.format(code=code, role=role))
            for code, role in (("OWN", "owner"), ("VER", "verifier"), ("OTH", "owner"))
        )
        self.code = self.one(START.format(owner=self.owner, digest=DIGEST))
        self.id = self.one(f"SELECT id FROM projects_project WHERE code = '{self.code}'")

    def one(self, statement: str) -> Any:
        """The first cell of what a statement answers."""
        row = self.connection.execute(statement).fetchone()
        return row[0] if row else None

    def move(self, *states: str, terms: str = "NULL, NULL, NULL") -> None:
        """Moves the project through these states."""
        for source, target in pairwise(states):
            self.one(f"SELECT projects_move({self.id}, '{source}', '{target}', {terms}, now())")

    def decide(self, decision: str, proposer: int = 1, confirmer: int = 2) -> None:
        """Writes what two persons decided."""
        self.connection.execute(
            "INSERT INTO projects_decision"
            f" VALUES ({self.id}, '{decision}', {proposer}, {confirmer}, {900 + len(decision)},"
            " now())"
        )

    def design(self, number: int = 1, reason: str = "") -> None:
        """Writes a version of the design."""
        self.connection.execute(
            f"INSERT INTO projects_design VALUES ({self.id}, {number}, '{{}}', NULL, '{{}}',"
            f" '{DIGEST}', '{reason}', now())"
        )

    def assign(self, verifier: int | None = None) -> None:
        """Gives the project to a body."""
        self.connection.execute(
            "INSERT INTO projects_assignment (project_id, subject, verifier_id, assigner_id, at)"
            f" VALUES ({self.id}, 'project:x', {verifier or self.body}, 1, now())"
        )


WAY = ("draft", "filed", "complete", "noticed", "heard", "assigned", "verified", "proposed")
TERMS = "daterange('2026-01-01', '2036-01-01'), 1000, 0::smallint"


@pytest.fixture
def table(database_url: DatabaseUrl) -> Iterator[Table]:
    """As the application; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        yield Table(connection)
        connection.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO projects_project (owner_id, name_zh) VALUES (1, 'x')",
        "UPDATE projects_project SET state = 'registered'",
        "UPDATE projects_project SET cap_kg = 10 ^ 9",
        "UPDATE projects_project SET owner_id = 9",
        "DELETE FROM projects_project",
        "TRUNCATE projects_project CASCADE",
        "INSERT INTO projects_site VALUES (1, 1, 'x', '{}', '{}', 1000000)",
        "UPDATE projects_site SET share_ppm = 1",
        "DELETE FROM projects_site",
        "UPDATE projects_document SET kind = 'pledge'",
        "DELETE FROM projects_document",
        "UPDATE projects_design SET cells = '{}'",
        "DELETE FROM projects_design",
        "UPDATE projects_agreement SET terms = '{}'",
        "DELETE FROM projects_signature",
        "UPDATE projects_signature SET person_id = 9",
        "UPDATE projects_assignment SET verifier_id = 1",
        "DELETE FROM projects_assignment",
        "DELETE FROM projects_conflict",
        "UPDATE projects_conflict SET owner_id = 9",
        "UPDATE projects_decision SET confirmer_id = 9",
        "DELETE FROM projects_decision",
        "ALTER TABLE projects_project DISABLE TRIGGER ALL",
    ],
)
def test_nobody_writes_past_the_functions(table: Table, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        table.connection.execute(attack)


def test_a_project_goes_only_ways_that_there_are(table: Table) -> None:
    for state in ("complete", "registered", "refused", "ended"):
        with (
            pytest.raises(errors.CheckViolation, match="no_such_way"),
            table.connection.transaction(),
        ):
            table.move("draft", state)
    with (
        pytest.raises(errors.CheckViolation, match="project_moved"),
        table.connection.transaction(),
    ):
        table.move("filed", "complete")
    with pytest.raises(errors.ForeignKeyViolation):
        table.one("SELECT projects_move(0, 'draft', 'filed', NULL, NULL, NULL, now())")


def test_what_two_persons_decide_is_written_before_it_is_entered(table: Table) -> None:
    with (
        pytest.raises(errors.CheckViolation, match="nothing_proposed"),
        table.connection.transaction(),
    ):
        table.decide("registered")
    table.move(*WAY)
    with (
        pytest.raises(errors.CheckViolation, match="two_persons_decide"),
        table.connection.transaction(),
    ):
        table.move("proposed", "registered", terms=TERMS)
    with pytest.raises(errors.CheckViolation, match="two_persons"), table.connection.transaction():
        table.decide("registered", 7, 7)
    table.decide("registered")
    with (
        pytest.raises(errors.CheckViolation, match="projects_project_terms"),
        table.connection.transaction(),
    ):
        table.move("proposed", "registered")
    for terms in (
        "daterange('2026-01-01', NULL), 1000, 0::smallint",
        "daterange('2026-01-01', '2026-01-01'), 1000, 0::smallint",
        "daterange('2026-01-01', '2036-01-01'), 0, 0::smallint",
        "daterange('2026-01-01', '2036-01-01'), 1000, 51::smallint",
    ):
        with pytest.raises(errors.CheckViolation), table.connection.transaction():
            table.move("proposed", "registered", terms=terms)
    table.move("proposed", "registered", terms=TERMS)
    for target in ("struck_off", "refused", "draft"):
        with pytest.raises(errors.CheckViolation), table.connection.transaction():
            table.move("registered", target)
    with pytest.raises(errors.UniqueViolation), table.connection.transaction():
        table.connection.execute(
            f"INSERT INTO projects_decision SELECT {table.id}, decision, 3, 4, 5, now()"
            " FROM projects_decision WHERE false UNION ALL"
            f" SELECT {table.id}, 'struck_off', 3, 4, outbox_id, now() FROM projects_decision"
        )
    with pytest.raises(errors.CheckViolation, match="project_fixed"):
        table.one(f"SELECT projects_set_sites({table.id}, '[{SITE.format(share=1000000)}]')")


def test_shares_are_whole_and_sites_the_owners_to_change(table: Table) -> None:
    for share in (999_999, 500_000):
        with (
            pytest.raises(errors.CheckViolation, match="shares_not_whole"),
            table.connection.transaction(),
        ):
            table.one(f"SELECT projects_set_sites({table.id}, '[{SITE.format(share=share)}]')")
    with (
        pytest.raises(errors.CheckViolation, match="shares_not_whole"),
        table.connection.transaction(),
    ):
        table.one(f"SELECT projects_set_sites({table.id}, '[]')")
    table.move("draft", "filed")
    with pytest.raises(errors.CheckViolation, match="project_fixed"):
        table.one(f"SELECT projects_set_sites({table.id}, '[{SITE.format(share=1000000)}]')")


def test_a_code_is_never_given_twice(table: Table) -> None:
    more = [table.one(START.format(owner=table.owner, digest=DIGEST)) for _ in range(3)]
    assert len({table.code, *more}) == 4
    assert all(code.startswith("CDCER-") for code in more)


def test_designs_have_their_time_their_number_and_a_correction_its_reason(table: Table) -> None:
    table.design()
    for attack in ({"number": 3}, {"number": 1}, {"number": 2, "reason": "x"}):
        with (
            pytest.raises((errors.CheckViolation, errors.UniqueViolation)),
            table.connection.transaction(),
        ):
            table.design(**attack)
    table.move(*WAY)
    with pytest.raises(errors.CheckViolation, match="design_fixed"), table.connection.transaction():
        table.design(2)
    table.decide("registered")
    table.move("proposed", "registered", terms=TERMS)
    with pytest.raises(errors.CheckViolation, match="design_fixed"), table.connection.transaction():
        table.design(2)
    table.design(2, "写错了")


def test_who_verifies_is_a_body_without_interest_one_at_a_time(table: Table) -> None:
    with (
        pytest.raises(errors.CheckViolation, match="not_a_verifier"),
        table.connection.transaction(),
    ):
        table.assign(table.other)
    table.assign()
    with pytest.raises(errors.UniqueViolation), table.connection.transaction():
        table.assign()
    end = "UPDATE projects_assignment SET ended_at = {at}, why = {why}"
    for at, why in (("now()", "NULL"), ("NULL", "'done'"), ("now()", "'bored'")):
        with pytest.raises(errors.CheckViolation), table.connection.transaction():
            table.connection.execute(end.format(at=at, why=why))
    table.connection.execute(end.format(at="now()", why="'conflict'"))
    with (
        pytest.raises(errors.CheckViolation, match="assignment_ended"),
        table.connection.transaction(),
    ):
        table.connection.execute(end.format(at="NULL", why="NULL"))
    table.connection.execute(
        f"INSERT INTO projects_conflict VALUES ({table.body}, {table.owner}, '有利害', now())"
    )
    with pytest.raises(errors.CheckViolation, match="verifier_conflict"):
        table.assign()


def test_the_owner_signs_for_the_owner_and_each_party_once(table: Table) -> None:
    table.connection.execute(
        f"INSERT INTO projects_agreement VALUES ({table.id}, 1, '{{}}',"
        " daterange('2026-01-01', '2036-01-01'), '{}', sha256('x'), now())"
    )
    sign = "INSERT INTO projects_signature VALUES ({id}, 1, '{party}', 7, {organisation}, now())"
    for party, organisation in (("owner", table.other), ("owner", "NULL"), ("stranger", "NULL")):
        with pytest.raises(errors.CheckViolation), table.connection.transaction():
            table.connection.execute(
                sign.format(id=table.id, party=party, organisation=organisation)
            )
    table.connection.execute(sign.format(id=table.id, party="owner", organisation=table.owner))
    with pytest.raises(errors.UniqueViolation):
        table.connection.execute(sign.format(id=table.id, party="owner", organisation=table.owner))
