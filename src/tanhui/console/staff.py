"""Who sits where: seats proposed by one person and confirmed by another, sessions, devices."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse

from tanhui.console.doors import acting, duties
from tanhui.governance.permissions import PERMISSIONS, is_allowed
from tanhui.governance.queries import Head
from tanhui.governance.queries import head as audit_head
from tanhui.governance.wording import ROLES, Words
from tanhui.identity.members.commands import end_membership
from tanhui.identity.seats import commands, queries
from tanhui.identity.seats.queries import Proposal, Seat
from tanhui.identity.second_factor.commands import reset_second_factor
from tanhui.kernel.actors import Actor
from tanhui.partners.desk import PartnerLine, partner_lines
from tanhui.web.desk import Refused, done, perform, show_page, typed_number
from tanhui.web.entrance import PageRequest, entrance


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat as the page shows it, with the acts that its reader is offered."""

    seat: Seat
    role: Words
    partner: PartnerLine | None
    own: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal with the acts that its reader is offered."""

    proposal: Proposal
    role: Words
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """What the first page of the three admin duties counts."""

    head: Head | None
    proposals: int
    permissions: int


def duty() -> Duty:
    """The audit chain's end, the proposals that wait and how many permissions there are."""
    return Duty(audit_head(), queries.open_proposals(), len(PERMISSIONS))


@entrance
@acting
@duties
def desk(request: PageRequest) -> HttpResponse:
    """Seats, open proposals and the last decisions; proposing, deciding, ending, resetting."""

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused)

    acts = {
        "propose": _propose,
        "withdraw": _withdraw,
        "confirm": _confirm,
        "refuse": _refuse,
        "end": _end,
        "sessions": _sessions,
        "reset": _reset,
    }
    return perform(request, acts, show)


def _page(request: PageRequest, refused: Refused | None) -> HttpResponse:
    actor = request.actor
    partners = {line.id: line for line in partner_lines()}
    found = [_proposal(actor, one) for one in queries.proposals(actor=actor)]
    return show_page(
        request,
        "console/staff.html",
        refused=refused,
        seats=[_seat(actor, one, partners) for one in queries.seats(actor=actor, at=request.at)],
        waiting=[one for one in found if one.proposal.outcome is None],
        decided=[one for one in found if one.proposal.outcome is not None],
        roles=[(role, ROLES[role]) for role in queries.SEAT_ROLES],
        may_propose=is_allowed(actor, "members.propose"),
        may_confirm=is_allowed(actor, "members.confirm"),
        may_reset=is_allowed(actor, "second_factor.reset"),
        may_log_out=is_allowed(actor, "sessions.end"),
        tab="staff",
    )


def _seat(actor: Actor, seat: Seat, partners: dict[int, PartnerLine]) -> SeatLine:
    own = seat.person.id == actor.person_id
    needed = "members.end" if seat.organisation_id is None else "members.end_partner"
    return SeatLine(
        seat=seat,
        role=ROLES[seat.role],
        partner=partners.get(seat.organisation_id or 0),
        own=own,
        may_end=not own and is_allowed(actor, needed),
    )


def _proposal(actor: Actor, proposal: Proposal) -> ProposalLine:
    is_open = proposal.outcome is None
    others = actor.person_id not in (proposal.person.id, proposal.proposed_by.id)
    return ProposalLine(
        proposal=proposal,
        role=ROLES[proposal.role],
        may_decide=is_open and others and is_allowed(actor, "members.confirm"),
        may_withdraw=is_open and is_allowed(actor, "members.propose"),
    )


def _number(request: PageRequest, name: str) -> int:
    return typed_number(request, name) or 0


def _propose(request: PageRequest) -> HttpResponse:
    commands.propose_seat(
        actor=request.actor,
        phone=request.POST.get("phone", ""),
        role=request.POST.get("role", ""),
        display_name=request.POST.get("display_name", ""),
        at=request.at,
    )
    return done("seat_proposed", "console:staff")


def _withdraw(request: PageRequest) -> HttpResponse:
    commands.withdraw_seat(
        actor=request.actor, proposal_id=_number(request, "proposal"), at=request.at
    )
    return done("seat_withdrawn", "console:staff")


def _confirm(request: PageRequest) -> HttpResponse:
    commands.confirm_seat(
        actor=request.actor, proposal_id=_number(request, "proposal"), at=request.at
    )
    return done("seat_confirmed", "console:staff")


def _refuse(request: PageRequest) -> HttpResponse:
    commands.refuse_seat(
        actor=request.actor, proposal_id=_number(request, "proposal"), at=request.at
    )
    return done("seat_refused", "console:staff")


def _end(request: PageRequest) -> HttpResponse:
    end_membership(
        actor=request.actor,
        membership_id=_number(request, "seat"),
        organisation_id=typed_number(request, "organisation"),
        at=request.at,
    )
    return done("member_ended", "console:staff")


def _sessions(request: PageRequest) -> HttpResponse:
    commands.end_sessions(actor=request.actor, person_id=_number(request, "person"), at=request.at)
    return done("sessions_ended", "console:staff")


def _reset(request: PageRequest) -> HttpResponse:
    reset_second_factor(actor=request.actor, person_id=_number(request, "person"), at=request.at)
    return done("second_factor_reset", "console:staff")
