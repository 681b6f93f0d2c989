"""`tanhui partner`: the partners, their keys and quotas, and their days held against ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from tanhui.behaviours import reconciliation
from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Invalid
from tanhui.partners import binding, commands, contract, desk, keys, queries, quota
from tanhui.partners.signing import PRIVATE_PREFIX

Opener = Callable[[], AbstractContextManager[object]]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Code = Annotated[str, typer.Argument(help="The partner's code.")]
_DAYS = 14


def register(app: typer.Typer, *, ready: Opener, operator: Actor) -> None:
    """Adds the group `partner`; `ready` opens the database, `operator` acts."""
    group = typer.Typer(help="Data partners: keys, contract, quota.", no_args_is_help=True)
    for verbs in (_about_partners, _about_riders, _about_terms, _about_keys, _about_days):
        verbs(group, ready, operator)
    app.add_typer(group, name="partner")


def _about_partners(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    @group.command("list")
    @refusing
    def show(as_json: JsonFlag = False) -> None:
        """All partners, where they stand and what they last sent."""
        with ready():
            lines = desk.partner_lines()
        if as_json:
            print_json({"partners": [_plain(asdict(line)) for line in lines]})
            return
        for line in lines:
            last = f"{line.last_delivery_at:%Y-%m-%d %H:%MZ}" if line.last_delivery_at else "never"
            typer.echo(
                f"{line.code:16} {line.status:10} {line.active_keys:>2} keys  last delivery {last}"
                f"  {line.name_zh} {line.name_en}"
            )

    @group.command("register")
    @refusing
    def add(
        code: Code,
        name_zh: Annotated[str, typer.Option(help="Its name in Chinese.")],
        name_en: Annotated[str, typer.Option(help="Its name in English.")],
        scene: Annotated[str, typer.Option(help="What it mainly brings, for example metro.")],
        mode: Annotated[
            list[str] | None, typer.Option(help="A mode that it brings; give it several times.")
        ] = None,
        expected_hours: Annotated[
            int, typer.Option(help="It delivers at least every so many hours.")
        ] = commands.EXPECTED_HOURS,
        simulated: Annotated[bool, typer.Option(help="Invented, for a demo.")] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Register a partner; it begins in the sandbox."""
        with ready():
            partner = commands.register_partner(
                actor=operator,
                code=code,
                name_zh=name_zh,
                name_en=name_en,
                scene=scene,
                simulated=simulated,
                at=datetime.now(UTC),
                expected_hours=expected_hours,
                modes=mode or (),
            )
        told = {"partner": partner.code, "id": partner.id, "status": "sandbox"}
        _tell(told, f"{partner.code} is registered, number {partner.id}.", as_json=as_json)


def _about_riders(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    @group.command("bind")
    @refusing
    def bind(
        code: Code,
        file: Annotated[Path, typer.Argument(help="A CSV with the header rider,phone.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Bind a partner's riders to the registered citizens of their phones."""
        lines = binding.read_riders(file)
        with ready():
            told = binding.bind_lines(
                actor=operator, partner_code=code, lines=lines, at=datetime.now(UTC)
            )
        counts = Counter(told)
        totals: dict[str, int] = {outcome: counts[outcome] for outcome in binding.OUTCOMES}
        # Lines are told by their numbers: neither riders nor phones belong into an output.
        rows = [
            {"line": line.number, "result": outcome}
            for line, outcome in zip(lines, told, strict=True)
        ]
        text = [f"{code}: " + ", ".join(f"{n:,} {name}" for name, n in totals.items())]
        text += [
            f"line {row['line']}: {row['result']}"
            for row in rows
            if row["result"] not in ("bound", "already")
        ]
        _tell(
            {"partner": code, "lines": len(lines), **totals, "results": rows},
            "\n".join(text),
            as_json=as_json,
        )


def _about_terms(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    @group.command("approve")
    @refusing
    def approve(
        code: Code,
        waive: Annotated[
            str | None, typer.Option(help="Why it may go on although checks are missing.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Let a partner into production once it has passed its contract test."""
        with ready():
            given = contract.approve_production(
                actor=operator, partner_code=code, at=datetime.now(UTC), waive=waive
            )
        told = {"partner": code, "status": "production", **_plain(asdict(given))}
        _tell(told, f"{code} is in production since {given.approved_at:%Y-%m-%d}.", as_json=as_json)

    @group.command("quota")
    @refusing
    def limit(
        code: Code,
        items_per_day: Annotated[int | None, typer.Option(help="A new limit.")] = None,
        requests_per_minute: Annotated[int | None, typer.Option(help="A new limit.")] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """What a partner may send and what is left of it; with options, set its limits."""
        at = datetime.now(UTC)
        with ready():
            partner = queries.partner(code)
            if items_per_day is not None or requests_per_minute is not None:
                quota.set_quota(
                    actor=operator,
                    partner_code=code,
                    items_per_day=_either(items_per_day, partner.items_per_day),
                    requests_per_minute=_either(requests_per_minute, partner.requests_per_minute),
                    at=at,
                )
            left = quota.allowance(partner_id=partner.id, environment="production", at=at)
        text = "; ".join(
            f"{window.remaining:,} of {window.limit:,} {window.name} left for"
            f" {window.reset_seconds:,} s"
            for window in (left.items, left.requests)
        )
        _tell({"partner": code, **asdict(left)}, text, as_json=as_json)


def _about_keys(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    @group.command("key")
    @refusing
    def issue(
        code: Code,
        environment: Annotated[
            str | None,
            typer.Option(help="sandbox or production; where the partner stands if not given."),
        ] = None,
        algorithm: Annotated[str, typer.Option(help="hmac or ed25519")] = "hmac",
        public_key: Annotated[
            str | None, typer.Option(help="Register this whpk_… instead of making a key.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Make a key for a partner; its secret is shown this once."""
        at = datetime.now(UTC)
        with ready():
            where = environment or contract.status(queries.partner(code).id)
            if public_key:
                made = keys.register_public_key(
                    actor=operator,
                    partner_code=code,
                    environment=where,
                    public_key=public_key,
                    at=at,
                )
            else:
                made = keys.issue_key(
                    actor=operator,
                    partner_code=code,
                    environment=where,
                    algorithm=algorithm,
                    at=at,
                )
        told = {
            "partner": code,
            "id": str(made.id),
            "environment": made.environment,
            "algorithm": made.algorithm,
            "secret": made.secret,
            "public": made.public,
        }
        lines = [f"Key {made.id} of {code}, {made.environment}."]
        if made.public:
            lines.append(f"Public key: {made.public}")
        if made.secret:
            word = "private key" if made.secret.startswith(PRIVATE_PREFIX) else "secret"
            lines.append(f"The {word}, shown this once: {made.secret}")
        _tell(told, "\n".join(lines), as_json=as_json)

    @group.command("revoke")
    @refusing
    def revoke(
        code: Code,
        key: Annotated[str, typer.Argument(help="The key's id.")],
        reason: Annotated[str, typer.Option(help="Why; it is kept.")],
        as_json: JsonFlag = False,
    ) -> None:
        """End a key at once and for good."""
        with ready():
            keys.revoke_key(
                actor=operator,
                partner_code=code,
                key_id=_key_id(key),
                reason=reason,
                at=datetime.now(UTC),
            )
        _tell({"partner": code, "revoked": key}, f"Key {key} is revoked.", as_json=as_json)


def _about_days(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    del operator

    @group.command("reconcile")
    @refusing
    def reconcile(
        code: Code,
        first: Annotated[
            datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")
        ] = None,
        last: Annotated[
            datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")
        ] = None,
        as_csv: Annotated[bool, typer.Option("--csv", help="Print a CSV file.")] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Ours against theirs, day by day; without days the last fortnight."""
        until: date = last.date() if last else city_day(datetime.now(UTC))
        since = first.date() if first else until - timedelta(days=_DAYS - 1)
        with ready():
            rows = reconciliation.by_day(
                partner_id=queries.partner(code).id, first=since, last=until
            )
        if as_json:
            print_json({"partner": code, "days": [_plain(asdict(row)) for row in rows]})
        elif as_csv:
            typer.echo("".join(reconciliation.csv_lines(rows, language=language())), nl=False)
        else:
            for row in rows:
                said = row.said_zh if language().startswith("zh") else row.said_en
                typer.echo(f"{row.day}  ours {row.ours_rows:>9,}  {said}")


def _either(given: int | None, known: int) -> int:
    return known if given is None else given


def _tell(told: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(told))
    else:
        typer.echo(text)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """What JSON can say: moments, days and ids as text."""
    return {name: _plain_value(value) for name, value in told.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(each) for each in value]
    return value


def _key_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(
            "key_id_malformed",
            zh="密钥编号的写法不对：{text}。",
            en="This is no id of a key: {text}.",
            text=text,
        ) from None
