"""Proposing a seat, deciding about it, and ending sessions."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity import refusals as identity_refusals
from tanhui.identity.commands import sure_of_person
from tanhui.identity.models import PLATFORM_ROLES, Membership, Person, SeatProposal, Session
from tanhui.identity.seats import refusals
from tanhui.kernel.actors import Actor

CONFIRMED, REFUSED, WITHDRAWN = "confirmed", "refused", "withdrawn"


def propose_seat(*, actor: Actor, phone: str, role: str, display_name: str, at: datetime) -> int:
    """Proposes that the owner of a phone works for the platform; answers the proposal's number.

    Refuses `not_permitted`, `not_a_person`, `role_unknown`, `phone_invalid`, `name_too_long`,
    `own_seat`, `member_elsewhere` and `proposal_open`.
    """
    require(actor, "members.propose")
    proposer = _person_of(actor)
    if role not in PLATFORM_ROLES:
        raise identity_refusals.role_unknown()
    with transaction.atomic():
        person_id = sure_of_person(phone=phone, display_name=display_name, simulated=False, at=at)
        _lock(person_id)
        if person_id == proposer:
            raise refusals.own_seat()
        if Membership.objects.filter(person_id=person_id, ended_at__isnull=True).exists():
            raise identity_refusals.member_elsewhere()
        if SeatProposal.objects.filter(person_id=person_id, outcome__isnull=True).exists():
            raise refusals.proposal_open()
        proposal = SeatProposal.objects.create(
            person_id=person_id, role=role, proposed_by_id=proposer, proposed_at=at
        )
        _told(actor, "identity.propose_seat", proposal, at)
        return proposal.id


def confirm_seat(*, actor: Actor, proposal_id: int, at: datetime) -> int:
    """Gives the seat that somebody else proposed; answers the membership's number.

    What the person was logged in to as a citizen ends. Refuses `not_permitted`, `not_a_person`,
    `proposal_unknown`, `own_proposal`, `own_seat` and `member_elsewhere`.
    """
    require(actor, "members.confirm")
    with transaction.atomic():
        proposal = _decided(actor, proposal_id, CONFIRMED, at)
        if Membership.objects.filter(person_id=proposal.person_id, ended_at__isnull=True).exists():
            raise identity_refusals.member_elsewhere()
        seat = Membership.objects.create(
            person_id=proposal.person_id, role=proposal.role, since=at, proposal=proposal
        )
        Session.objects.filter(person_id=proposal.person_id).delete()
        _told(actor, "identity.confirm_seat", proposal, at)
        return seat.id


def refuse_seat(*, actor: Actor, proposal_id: int, at: datetime) -> None:
    """Turns a proposal down. Refuses `not_permitted`, `not_a_person`, `proposal_unknown`,
    `own_proposal` and `own_seat`."""
    require(actor, "members.confirm")
    with transaction.atomic():
        _told(actor, "identity.refuse_seat", _decided(actor, proposal_id, REFUSED, at), at)


def withdraw_seat(*, actor: Actor, proposal_id: int, at: datetime) -> None:
    """Takes an open proposal back. Refuses `not_permitted`, `not_a_person`, `proposal_unknown` and
    `own_seat`."""
    require(actor, "members.propose")
    with transaction.atomic():
        _told(actor, "identity.withdraw_seat", _decided(actor, proposal_id, WITHDRAWN, at), at)


def end_sessions(*, actor: Actor, person_id: int, at: datetime) -> int:
    """Logs a person out everywhere; answers how many sessions ended. Refuses `not_permitted`."""
    require(actor, "sessions.end")
    with transaction.atomic():
        ended, _ = Session.objects.filter(person_id=person_id).delete()
        write_audit(
            actor=actor,
            action="identity.end_sessions",
            subject=f"person:{person_id}",
            facts={"sessions": ended},
            at=at,
        )
        return ended


def _person_of(actor: Actor) -> int:
    if actor.person_id is None:
        raise refusals.not_a_person()
    return actor.person_id


def _lock(person_id: int) -> None:
    """Whoever decides about the same person at the same moment waits here."""
    Person.objects.select_for_update(of=("self",)).only("id").get(id=person_id)


def _decided(actor: Actor, proposal_id: int, outcome: str, at: datetime) -> SeatProposal:
    decider = _person_of(actor)
    proposal = (
        SeatProposal.objects.select_for_update()
        .filter(id=proposal_id, outcome__isnull=True)
        .first()
    )
    if proposal is None:
        raise refusals.proposal_unknown()
    _lock(proposal.person_id)
    if proposal.person_id == decider:
        raise refusals.own_seat()
    if outcome != WITHDRAWN and proposal.proposed_by_id == decider:
        raise refusals.own_proposal()
    proposal.outcome, proposal.decided_by_id, proposal.decided_at = outcome, decider, at
    proposal.save(update_fields=["outcome", "decided_by", "decided_at"])
    return proposal


def _told(actor: Actor, action: str, proposal: SeatProposal, at: datetime) -> None:
    write_audit(
        actor=actor,
        action=action,
        subject=f"person:{proposal.person_id}",
        facts={"role": proposal.role, "proposal": proposal.id},
        at=at,
    )
