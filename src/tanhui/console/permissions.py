"""The table of permissions as a page, and what one member of staff may do by it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse

from tanhui.console.doors import everyone, reading
from tanhui.governance.permissions import PERMISSIONS, is_allowed
from tanhui.governance.wording import GROUPS, ROLES, Words, group_of, words_of
from tanhui.identity.queries import Person, acting
from tanhui.identity.seats.queries import actor_at_desk, staff_choices
from tanhui.kernel.actors import Actor
from tanhui.web.desk import show_page
from tanhui.web.entrance import PageRequest, entrance


@dataclass(frozen=True, slots=True)
class Row:
    """One permission: its name, its words, and for each role whether it holds it."""

    name: str
    words: Words
    held: tuple[tuple[Words, bool], ...]

    @property
    def holders(self) -> list[Words]:
        """The roles that hold it."""
        return [role for role, holds in self.held if holds]


@dataclass(frozen=True, slots=True)
class Group:
    """Permissions about the same thing."""

    words: Words
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A member of staff in the list to choose from."""

    person: Person
    role: Words


@dataclass(frozen=True, slots=True)
class Holder:
    """What one member of staff may do once fully logged in, and before the second factor."""

    person: Person
    role: Words
    may: tuple[Group, ...]
    count: int
    before: int


@entrance
@reading
@everyone
def table(request: PageRequest) -> HttpResponse:
    """Who may do what, by role; and everything that a chosen member of staff may do.

    Refuses `not_permitted` and `membership_unknown`.
    """
    choices = [Choice(person, ROLES[role]) for person, role in staff_choices(actor=request.actor)]
    chosen = _asked(request)
    return show_page(
        request,
        "console/permissions.html",
        groups=_groups(tuple(PERMISSIONS)),
        roles=tuple(ROLES.values()),
        choices=choices,
        chosen=_holder(request.actor, chosen) if chosen is not None else None,
        tab="permissions",
    )


def _asked(request: PageRequest) -> int | None:
    text = request.GET.get("person", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _groups(names: tuple[str, ...]) -> tuple[Group, ...]:
    """The named permissions in their groups, in the order in which the groups are told."""
    return tuple(
        Group(words, rows)
        for group, words in GROUPS.items()
        if (rows := tuple(_row(name) for name in names if group_of(name) == group))
    )


def _row(name: str) -> Row:
    # Asked as commands ask: an actor with this role alone.
    held = tuple(
        (words, is_allowed(Actor(role, frozenset({role})), name)) for role, words in ROLES.items()
    )
    return Row(name, words_of(name), held)


def _holder(reader: Actor, person_id: int) -> Holder:
    person, role, actor = actor_at_desk(actor=reader, person_id=person_id)
    names = tuple(name for name in PERMISSIONS if is_allowed(actor, name))
    citizen = acting(person_id, role=None, organisation_id=None)
    return Holder(
        person=person,
        role=ROLES[role],
        may=_groups(names),
        count=len(names),
        before=sum(is_allowed(citizen, name) for name in PERMISSIONS),
    )
