"""`tanhui staff`: who works at the desks of the platform, the authority and the partners."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

import typer

from tanhui.cli.refusing import print_json, refusing
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import add_member
from tanhui.identity.personas import BY_NAME, PORTAL_ROLES
from tanhui.identity.phones import parse_phone
from tanhui.identity.queries import registered_phones
from tanhui.identity.refusals import person_unknown
from tanhui.identity.second_factor.commands import reset_second_factor
from tanhui.partners import queries as partners

Opener = Callable[[], AbstractContextManager[object]]
_DESKS = {"citizen": "", **dict.fromkeys(PORTAL_ROLES, "/portal/")}
_CONSOLE = "/console/"


def desk_query(persona: str) -> str:
    """What a log-in link needs so that one of the cast's staff arrives at their own desk."""
    desk = _DESKS.get(BY_NAME[persona].role, _CONSOLE)
    return f"?{urlencode({'next': desk})}" if desk else ""


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the group `staff`; `ready` opens the database."""
    group = typer.Typer(help="Who works at the desks.", no_args_is_help=True)

    @refusing
    def add(
        phone: Annotated[str, typer.Option(help="The mobile number that logs in.")],
        role: Annotated[
            str, typer.Option(help="operator, regulator, sysadmin, security, auditor, or partner")
        ],
        organisation: Annotated[
            str | None, typer.Option(help="The partner's code, for the role partner.")
        ] = None,
        name: Annotated[str, typer.Option(help="The name shown at the desk.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        """Give the owner of a phone a seat; the same seat again changes nothing."""
        with ready():
            membership = add_member(
                actor=platform_actor(),
                phone=phone,
                role=role,
                organisation_id=partners.partner(organisation).id if organisation else None,
                display_name=name,
                at=datetime.now(UTC),
            )
        if as_json:
            print_json({"membership": membership, "role": role, "organisation": organisation})
        else:
            where = f"{role} of {organisation}" if organisation else role
            typer.echo(f"Seat {membership}: {where}. The phone logs in with a code from now on.")

    @refusing
    def reset(
        phone: Annotated[str, typer.Option(help="The mobile number of a member of staff.")],
    ) -> None:
        """End somebody's second factor and sessions, when no security administrator can."""
        with ready():
            number = parse_phone(phone)
            found = registered_phones([number])
            if number not in found:
                raise person_unknown()
            reset_second_factor(
                actor=platform_actor(), person_id=found[number], at=datetime.now(UTC)
            )
        typer.echo("Done. The next log-in enrols a new device.")

    group.command("add")(add)
    group.command("reset")(reset)
    app.add_typer(group, name="staff")
