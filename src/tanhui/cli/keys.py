"""The verbs `tanhui keys …`: what keys there are, a new one, sealing anew, an old one's end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import typer
from django.conf import settings

from tanhui.cases.queries import SEALED as CASES_SEALED
from tanhui.claims.queries import SEALED as CLAIMS_SEALED
from tanhui.cli.refusing import print_json, refusing
from tanhui.identity import resealing
from tanhui.identity.resealing import SealedColumn
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid
from tanhui.notices.commands import SEALED as NOTICES_SEALED
from tanhui.partners.keys import SEALED as PARTNERS_SEALED
from tanhui.registry.certificate.keeping import SEALED as CERTIFICATES_SEALED
from tanhui.registry.queries import SEALED as REGISTRY_SEALED
from tanhui.rewards.drops.queries import SEALED as DROPS_SEALED
from tanhui.rewards.queries import SEALED as REWARDS_SEALED
from tanhui.runtime.keys.algorithms import Algorithm
from tanhui.runtime.keys.file import Key

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Opener = Callable[[], AbstractContextManager[object]]

LOG_STALE = (
    "The public log is stale until its witnesses know this key: give it to each of them, then"
    " write and announce the policy anew (docs/public-log.md)."
)


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Every sealed column of the product, as each room names its own."""
    return (
        *resealing.SEALED,
        *PARTNERS_SEALED,
        *CLAIMS_SEALED,
        *CASES_SEALED,
        *CERTIFICATES_SEALED,
        *REGISTRY_SEALED,
        *NOTICES_SEALED,
        *REWARDS_SEALED,
        *DROPS_SEALED,
    )


def _told(key: Key) -> dict[str, object]:
    return {
        "name": key.name,
        "id": key.id.hex(),
        "algorithm": key.algorithm.name,
        "provider": key.provider,
        "retired": key.retired,
    }


def _say_made(told: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{told['name']} {told['id']} {told['algorithm']}")
    if told["name"] == "log":
        typer.echo(LOG_STALE, err=True)


def _algorithm(name: str | None) -> Algorithm | None:
    if name is None:
        return None
    try:
        return Algorithm[name.upper().replace("-", "_")]
    except KeyError:
        raise Invalid(
            "key_algorithm_unfit",
            zh="没有算法“{given}”；有 {fit}。",
            en='There is no algorithm "{given}"; there are {fit}.',
            given=name,
            fit=", ".join(one.name for one in Algorithm),
        ) from None


def register(app: typer.Typer, *, ready: Opener, actor: Actor) -> None:
    """Adds the group `keys`; `ready` opens the database, `actor` is whoever has this terminal."""
    keys = typer.Typer(help="The key ring: list, make, rotate, reseal.", no_args_is_help=True)
    app.add_typer(keys, name="keys")

    @keys.command("list")
    @refusing
    def list_keys(as_json: JsonFlag = False) -> None:
        """Every key by name and age, without its secret; the last of a name is the one in use."""
        found = [_told(key) for key in settings.TANHUI.keys.listing()]
        if as_json:
            print_json({"keys": found})
            return
        for key in found:
            state = "retired" if key["retired"] else ""
            typer.echo(f"{key['name']:14} {key['id']}  {key['algorithm']:12} {state}".rstrip())

    @keys.command("make")
    @refusing
    def make() -> None:
        """Make the key ring of a new installation."""
        settings.TANHUI.keys.make_file()
        typer.echo(f"{settings.TANHUI.keys.path}")

    @keys.command("rotate")
    @refusing
    def rotate(
        name: Annotated[
            str, typer.Argument(help="personal, blind, second-factor, audit, log or certificate")
        ],
        algorithm: Annotated[str | None, typer.Option(help="For example SM4-GCM.")] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Make a new key of a name; running programs use it at once, older ones still open."""
        chosen = _algorithm(algorithm)
        with ready():
            made = resealing.rotate_key(
                actor=actor, name=name, algorithm=chosen, at=datetime.now(UTC)
            )
        _say_made(_told(made), as_json)

    @keys.command("reseal")
    @refusing
    def reseal(as_json: JsonFlag = False) -> None:
        """Seal anew, with the newest keys, what older ones sealed. Nothing has to stop for it."""
        with ready():
            told = resealing.reseal(
                actor=actor,
                columns=sealed_columns(),
                at=datetime.now(UTC),
                progress=lambda column, done: typer.echo(f"{column}: {done:,}", err=True),
            )
        if as_json:
            print_json({"resealed": told})
        else:
            for column, count in told.items():
                typer.echo(f"{column}: {count:,}")

    @keys.command("retire")
    @refusing
    def retire(name: str, key_id: str) -> None:
        """Let an older key do nothing new; it still opens what it sealed."""
        try:
            id = bytes.fromhex(key_id)
        except ValueError:
            id = b""
        with ready():
            resealing.retire_key(actor=actor, name=name, key_id=id, at=datetime.now(UTC))
