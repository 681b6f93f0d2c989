"""`tanhui log`: publish the city's public log, show how it fares, and check a copy of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import print_json, refusing
from tanhui.cli.serving import Stop, stopping
from tanhui.governance.permissions import require
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.publiclog import audit, queries, site
from tanhui.publiclog.publisher import Publisher, Round, Stopped, right_to_publish
from tanhui.tlog import policy as policies
from tanhui.tlog.encoding import Malformed
from tanhui.tlog.keys import PublicKey
from tanhui.tlog.policy import Policy, Witness

Opener = Callable[[], AbstractContextManager[object]]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_PAUSE_SECONDS = 1.0
# Witnesses that fail are asked again after this long.
_RETRY_SECONDS = 5.0


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the group `log`; `ready` opens the database."""
    group = typer.Typer(help="The city's public log.", no_args_is_help=True)
    _about_publishing(group, ready)
    _about_reading(group, ready)
    _about_checking(group)
    app.add_typer(group, name="log")


def _about_publishing(group: typer.Typer, ready: Opener) -> None:
    @group.command("publish")
    @refusing
    def publish(
        once: Annotated[bool, typer.Option("--once", help="One round, and end.")] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Publish what waits, until a signal comes."""
        require(platform_actor(), "log.publish")
        folder = site.folder()
        with ready(), right_to_publish(folder):
            publisher = Publisher(folder, site.signer(), site.policy)
            try:
                if not once:
                    with stopping() as stop:
                        _rounds(publisher, stop)
                    return
                done = _whole(publisher)
            except Stopped as stopped:
                raise stopped_refusal(stopped) from None
        if as_json:
            print_json(asdict(done))
        else:
            said = "published" if done.published else "not published: too few witnesses"
            typer.echo(f"{done.size} leaves, {done.cosigned} cosignatures, {said}")


def _rounds(publisher: Publisher, stop: Stop) -> None:
    while not stop.asked:
        done = None
        if publisher.due(datetime.now(UTC)):
            done = publisher.round(datetime.now(UTC))
        failed = done is not None and not done.published
        stop.wait(_RETRY_SECONDS if failed else _PAUSE_SECONDS)


def _whole(publisher: Publisher) -> Round:
    done = publisher.round(datetime.now(UTC))
    while done.published and queries.counts()[1]:
        done = publisher.round(datetime.now(UTC))
    return done


def stopped_refusal(stopped: Stopped) -> Conflict:
    """The publisher's own word for why it stopped, as a refusal."""
    return Conflict(
        "log_stopped",
        zh="公开日志已停止发布（{why}），请核查后再启动。",
        en="The public log stopped publishing ({why}); look into it before starting again.",
        why=str(stopped),
    )


def _about_reading(group: typer.Typer, ready: Opener) -> None:
    @group.command("show")
    @refusing
    def show(as_json: JsonFlag = False) -> None:
        """How far the log is published, who has seen it, and what waits."""
        with ready():
            health = queries.health(datetime.now(UTC))
        if as_json:
            print_json(_told(health))
            return
        head = health.checkpoint
        if head is None:
            typer.echo("nothing is published yet")
        else:
            typer.echo(f"{head.size} leaves, root {head.root}, {health.age_seconds} s old")
            typer.echo(f"seen by {', '.join(head.cosigned_by)}")
        if health.missing:
            typer.echo(f"not seen by {', '.join(health.missing)}")
        typer.echo(f"{health.waiting + health.unpublished} leaves wait")
        if health.alarm:
            typer.echo(f"ALARM {health.alarm.code}: {health.alarm.words}")

    @group.command("leaf")
    @refusing
    def leaf(index: Annotated[int, typer.Argument(min=0)]) -> None:
        """Print the leaf at a place."""
        with ready():
            found = queries.leaves(index, 1)
        if not found:
            raise no_such_leaf(index)
        typer.echo(found[0].decode())

    @group.command("proof")
    @refusing
    def proof(index: Annotated[int, typer.Argument(min=0)]) -> None:
        """Print the proof of the leaf at a place, to be checked without a network."""
        with ready():
            found = queries.proof_at(index)
        if found is None:
            raise no_such_leaf(index)
        typer.echo(found.text, nl=False)

    @group.command("policy")
    @refusing
    def policy(
        witness: Annotated[
            list[str] | None,
            typer.Option(help="“VKEY ADDRESS” of a witness, to write the policy anew; repeat it."),
        ] = None,
        quorum: Annotated[int, typer.Option(min=1, help="How many must see a checkpoint.")] = 2,
        as_json: JsonFlag = False,
    ) -> None:
        """Print whom a stranger has to believe; with --witness, write it first."""
        if witness:
            write_policy(_witnesses(witness), quorum)
        found = site.public_policy()
        if as_json:
            print_json(_policy_told(found))
        else:
            typer.echo(found.text, nl=False)


def _told(health: queries.Health) -> dict[str, object]:
    head, alarm = health.checkpoint, health.alarm
    return {
        "ok": health.ok,
        "size": head.size if head else 0,
        "root": head.root if head else None,
        "at": head.at.isoformat() if head and head.at else None,
        "age_seconds": health.age_seconds,
        "stale": health.stale,
        "cosigned_by": list(head.cosigned_by) if head else [],
        "missing": list(health.missing),
        "waiting": health.waiting + health.unpublished,
        "alarm": {"at": alarm.at.isoformat(), "code": alarm.code, "words": alarm.words}
        if alarm
        else None,
    }


def _policy_told(policy: Policy) -> dict[str, object]:
    return {
        "logs": [key.vkey for key in policy.logs],
        "witnesses": {each.name: each.key.vkey for each in policy.witnesses},
        "quorum": policy.quorum,
        "groups": {
            name: {"enough": group.enough, "members": list(group.members)}
            for name, group in policy.groups.items()
        },
    }


def _witnesses(given: list[str]) -> tuple[Witness, ...]:
    found = []
    for words in given:
        vkey, _, address = words.partition(" ")
        try:
            key = PublicKey.parse(vkey)
        except Malformed as fault:
            raise Invalid(
                "witness_invalid",
                zh="“{words}”不是见证者：请写成“vkey 地址”（{why}）。",
                en="“{words}” is no witness: write “VKEY ADDRESS” ({why}).",
                words=words,
                why=fault,
            ) from None
        found.append(Witness(key.name, key, address.strip().rstrip("/")))
    return tuple(found)


def write_policy(witnesses: tuple[Witness, ...], quorum: int) -> None:
    """Puts the policy in place: this log, these witnesses, and how many of them it takes.

    Refuses: `log_policy_unreadable` for one that makes no sense.
    """
    made = policies.simple(site.signer().key, witnesses, quorum).text.encode()
    site.parse_policy(made)
    site.folder().put("policy", made)


def no_such_leaf(index: int) -> NotFound:
    """The log has no leaf there, or has not published it yet."""
    return NotFound(
        "no_such_leaf",
        zh="公开日志中没有第 {index} 条，或尚未发布。",
        en="The log has no leaf {index}, or has not published it yet.",
        index=index,
    )


def _of_the_log(keys: str) -> str:
    # The file of /verify/policy also says whose certificates count; that is no matter of the log.
    kept = [line for line in keys.split("\n") if not line.startswith(("issuer ", "verifier "))]
    return "\n".join(kept)


def _about_checking(group: typer.Typer) -> None:
    @group.command("audit")
    @refusing
    def check(
        source: Annotated[str, typer.Argument(help="A copy's folder, or the log's address.")],
        policy: Annotated[Path, typer.Option(help="Whom to believe (C2SP tlog-policy).")],
        as_json: JsonFlag = False,
    ) -> None:
        """Recompute a copy of a log from its entries; exit code 1 when anything differs."""
        begun = time.monotonic()
        try:
            believed = policies.parse(_of_the_log(policy.read_text(encoding="utf-8")))
        except (OSError, ValueError) as fault:
            raise Invalid(
                "log_policy_unreadable",
                zh="公开日志的见证策略无法读取（{why}）。",
                en="The public log's policy cannot be read ({why}).",
                why=fault,
            ) from None
        found = audit.audit(audit.opened(source), believed)
        seconds = round(time.monotonic() - begun, 3)
        if as_json:
            print_json({**asdict(found), "matches": found.matches, "seconds": seconds})
        else:
            for difference in found.faults:
                typer.echo(difference)
            said = "ok" if found.matches else "DIFFERS"
            typer.echo(f"{found.size} leaves, root {found.root}: {said} ({seconds} s)")
        if not found.matches:
            raise typer.Exit(1)
