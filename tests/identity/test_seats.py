"""Seats at the platform's desks: two persons, never oneself, and what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest
from psycopg import errors

from tanhui.governance.models import AuditRow
from tanhui.identity import queries
from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor
from tanhui.identity.members.commands import add_member, end_membership, seat_staff
from tanhui.identity.models import Membership
from tanhui.identity.personas import BY_NAME
from tanhui.identity.seats import commands
from tanhui.identity.seats.queries import actor_at_desk, proposals, seats
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PHONE = "13912340001"


@pytest.fixture
def cast(db: None) -> None:
    """Everybody at their desks."""
    del db
    seat_staff(actor=platform_actor(), organisations={"BIKE": 3}, at=AT)


def _at_desk(persona: str) -> Actor:
    link = open_login_link(actor=platform_actor(), persona=persona, at=AT)
    found = queries.actor_of(log_in_by_link(token=link, at=AT), AT)
    assert found is not None
    return found


def _propose(actor: Actor, phone: str = PHONE, role: str = "operator") -> int:
    return commands.propose_seat(actor=actor, phone=phone, role=role, display_name="新人", at=AT)


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("role", ["operator", "regulator", "sysadmin", "security", "auditor"])
def test_one_proposes_another_confirms_and_both_are_in_the_audit(role: str) -> None:
    sysadmin, security = _at_desk("sysadmin"), _at_desk("security")
    proposal = _propose(sysadmin, role=role)
    assert not Membership.objects.filter(proposal_id=proposal).exists()
    seat_id = commands.confirm_seat(actor=security, proposal_id=proposal, at=AT)
    seat = Membership.objects.get(id=seat_id)
    assert (seat.role, seat.proposal_id) == (role, proposal)
    told = AuditRow.objects.filter(subject=f"person:{seat.person_id}").order_by("id")
    assert list(told.values_list("actor", "action")) == [
        (sysadmin.name, "identity.propose_seat"),
        (security.name, "identity.confirm_seat"),
    ]
    (decided,) = [one for one in proposals(actor=security) if one.id == proposal]
    assert decided.outcome == "confirmed"
    assert role in {one.role for one in seats(actor=security, at=AT)}
    person, found, there = actor_at_desk(actor=security, person_id=seat.person_id)
    assert (person.name_zh, found) == ("新人", role)
    assert there.roles == {"citizen", role}


@pytest.mark.usefixtures("cast")
def test_everybody_else_is_refused() -> None:
    proposal = _propose(_at_desk("sysadmin"))
    for persona in ("lin-xiao", "bike", "operator", "regulator", "auditor", "security"):
        actor = _at_desk(persona)
        assert _code(partial(_propose, actor, phone="13912340002")) == "not_permitted"
    for persona in ("lin-xiao", "bike", "operator", "regulator", "auditor", "sysadmin"):
        actor = _at_desk(persona)
        for act in (commands.confirm_seat, commands.refuse_seat):
            refusal = _code(partial(act, actor=actor, proposal_id=proposal, at=AT))
            assert refusal == "not_permitted"
        refusal = _code(partial(commands.end_sessions, actor=actor, person_id=1, at=AT))
        assert refusal == "not_permitted"
    # The platform's process is no person: the command line seats only to begin with.
    assert _code(lambda: _propose(platform_actor(), phone="13912340003")) == "not_a_person"


@pytest.mark.usefixtures("cast")
def test_the_operator_seats_partners_staff_and_no_operator_any_more() -> None:
    operator = _at_desk("operator")

    def add(role: str, organisation_id: int | None, phone: str = PHONE) -> int:
        return add_member(
            actor=operator,
            phone=phone,
            role=role,
            organisation_id=organisation_id,
            display_name="",
            at=AT,
        )

    for role in ("operator", "regulator", "sysadmin", "security", "auditor"):
        assert _code(partial(add, role, None)) == "not_permitted"
    assert add("partner", 3)
    own = BY_NAME["operator"].phone
    assert _code(lambda: add("partner", 3, own)) == "own_seat"
    seat = Membership.objects.get(person_id=queries.persona_id("regulator"))
    refusal = _code(
        lambda: end_membership(actor=operator, membership_id=seat.id, organisation_id=None, at=AT)
    )
    assert refusal == "not_permitted"


@pytest.mark.usefixtures("cast")
def test_a_confirmed_seat_ends_what_the_person_was_logged_in_to() -> None:
    sysadmin, security = _at_desk("sysadmin"), _at_desk("security")
    link = open_login_link(actor=platform_actor(), persona="lin-xiao", at=AT)
    token = log_in_by_link(token=link, at=AT)
    proposal = _propose(sysadmin, phone=BY_NAME["lin-xiao"].phone)
    assert queries.signed_in(token, AT) is not None
    commands.confirm_seat(actor=security, proposal_id=proposal, at=AT)
    assert queries.signed_in(token, AT) is None


@pytest.mark.usefixtures("cast")
def test_who_got_a_desk_meanwhile_is_not_seated_twice() -> None:
    sysadmin, security = _at_desk("sysadmin"), _at_desk("security")
    proposal = _propose(sysadmin)
    add_member(
        actor=_at_desk("operator"),
        phone=PHONE,
        role="partner",
        organisation_id=3,
        display_name="",
        at=AT,
    )
    refusal = _code(lambda: commands.confirm_seat(actor=security, proposal_id=proposal, at=AT))
    assert refusal == "member_elsewhere"
    assert proposals(actor=security)[0].outcome is None


_PERSON = "INSERT INTO identity_person (registered_at) VALUES (now()) RETURNING id"
_PROPOSAL = (
    "INSERT INTO identity_seatproposal"
    " (person_id, role, proposed_by_id, proposed_at, outcome, decided_by_id, decided_at)"
    " VALUES ({person}, {role}, {by}, now(), {outcome}, {decided_by}, {decided})"
    " RETURNING id"
)
_OPEN = {"role": "'operator'", "outcome": "NULL", "decided_by": "NULL", "decided": "NULL"}
_SEAT = (
    "INSERT INTO identity_membership (person_id, role, since, proposal_id)"
    " VALUES ({person}, {role}, now(), {proposal})"
)


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"role": "'partner'"}, "identity_seatproposal_role"),
        ({"role": "'platform'"}, "identity_seatproposal_role"),
        ({"by": "{person}"}, "identity_seatproposal_never_for_oneself"),
        (
            {"outcome": "'confirmed'", "decided_by": "{person}", "decided": "now()"},
            "identity_seatproposal_never_for_oneself",
        ),
        (
            {"outcome": "'confirmed'", "decided_by": "{by}", "decided": "now()"},
            "identity_seatproposal_two_persons",
        ),
        (
            {"outcome": "'refused'", "decided_by": "{by}", "decided": "now()"},
            "identity_seatproposal_two_persons",
        ),
        ({"outcome": "'confirmed'"}, "identity_seatproposal_two_persons"),
        (
            {"outcome": "'else'", "decided_by": "{other}", "decided": "now()"},
            "identity_seatproposal_two_persons",
        ),
    ],
)
def test_each_constraint_holds(
    database_url: DatabaseUrl, changed: dict[str, str], constraint: str
) -> None:
    with psycopg.connect(database_url.app) as books:
        person, by, other = ((books.execute(_PERSON).fetchone() or (0,))[0] for _ in range(3))
        people = {"person": person, "by": by, "other": other}
        values = {**_OPEN, "by": "{by}", **changed}
        filled = {name: text.format(**people) for name, text in values.items()}
        with pytest.raises(errors.CheckViolation) as refused:
            books.execute(_PROPOSAL.format(person=person, **filled))
        assert refused.value.diag.constraint_name == constraint
        books.rollback()


def test_a_seat_is_given_as_confirmed_and_a_decision_stays(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.app) as books:
        person, by, other = ((books.execute(_PERSON).fetchone() or (0,))[0] for _ in range(3))
        statement = _PROPOSAL.format(person=person, by=by, **_OPEN)
        (proposal,) = books.execute(statement).fetchone() or (0,)

        def refused(attack: str, match: str) -> None:
            with pytest.raises(errors.CheckViolation, match=match), books.transaction():
                books.execute(attack)

        with pytest.raises(errors.UniqueViolation), books.transaction():
            books.execute(statement)
        seat = _SEAT.format(person=person, role="'operator'", proposal=proposal)
        refused(seat, "as it was confirmed")
        books.execute(
            "UPDATE identity_seatproposal SET outcome = 'confirmed', decided_at = now(),"
            f" decided_by_id = {other} WHERE id = {proposal}"
        )
        refused(
            _SEAT.format(person=person, role="'security'", proposal=proposal),
            "as it was confirmed",
        )
        refused(
            _SEAT.format(person=by, role="'operator'", proposal=proposal), "as it was confirmed"
        )
        refused("UPDATE identity_seatproposal SET outcome = 'refused'", "decided once")
        books.execute(seat)
        books.execute("UPDATE identity_membership SET ended_at = since")
        with pytest.raises(errors.UniqueViolation), books.transaction():
            books.execute(seat)
        books.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM identity_seatproposal",
        "UPDATE identity_seatproposal SET role = 'security'",
        "UPDATE identity_seatproposal SET person_id = 1",
        "UPDATE identity_seatproposal SET proposed_by_id = 1",
        "UPDATE identity_membership SET proposal_id = NULL",
        "TRUNCATE identity_seatproposal",
    ],
)
def test_the_application_may_not(database_url: DatabaseUrl, attack: str) -> None:
    with (
        psycopg.connect(database_url.app) as books,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        books.execute(attack)
