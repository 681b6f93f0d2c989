"""What the registry knows: where every kilogram is, how it came there, and who retired it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import unseal
from tanhui.kernel.refusals import NotFound
from tanhui.publiclog import queries as publiclog
from tanhui.registry.leaves import account_code
from tanhui.registry.records import (
    Aside,
    Block,
    Cancellation,
    Dispute,
    Equation,
    Event,
    Holding,
    Issuance,
    Life,
    LifeEvent,
    Piece,
    ProjectEquation,
    Retirement,
    Slice,
)
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.registry"
PAGE = 50
BENEFICIARY_FIELD = "registry.beneficiary"
SEALED = (SealedColumn("registry_retirement", "beneficiary_sealed", lambda _: BENEFICIARY_FIELD),)


def retirement_number(year: int, serial: int) -> str:
    """How a retirement is called, such as `TH-2026-000001`."""
    return f"TH-{year}-{serial:06d}"


def equation(project_code: str | None = None, vintage: int | None = None) -> Equation:
    """Where everything is that was issued: in all, of a project, or of one of its vintages."""
    found = [each.equation for each in equations(project_code, vintage)]
    return Equation(
        sum(each.issued_kg for each in found),
        sum(each.held_kg for each in found),
        sum(each.reserved_kg for each in found),
        sum(each.retired_kg for each in found),
        sum(each.cancelled_kg for each in found),
    )


def equations(project_code: str | None = None, vintage: int | None = None) -> list[ProjectEquation]:
    """The equation of each project and vintage, counted from blocks and issuances."""
    return [
        ProjectEquation(
            row["code"],
            row["vintage"],
            Equation(
                row["issued_kg"],
                row["held_kg"],
                row["reserved_kg"],
                row["retired_kg"],
                row["cancelled_kg"],
            ),
        )
        for row in rows("equations", {"project": project_code, "vintage": vintage})
    ]


def holdings(organisation_id: int) -> list[Holding]:
    """What an organisation holds, by project and vintage; accounts that are empty as well."""
    return [
        Holding(
            row["id"],
            row["code"],
            row["name_zh"],
            row["name_en"],
            row["vintage"],
            row["held_kg"],
            row["reserved_kg"],
        )
        for row in rows("holdings", {"organisation_id": organisation_id})
    ]


def pieces(account_id: int, *, limit: int = 200) -> list[Piece]:
    """The runs of numbers that an account has, what is free first; at most `limit`."""
    return [
        Piece(row["first_number"], row["last_number"], row["state"], row["hold_id"])
        for row in rows("blocks_of_account", {"account_id": account_id, "limit": limit})
    ]


def block_of(number: int) -> Block:
    """Where a kilogram is now; refuses `no_such_credit`."""
    found = rows("block_of", {"number": number}) if 0 < number < 2**63 else []
    if not found:
        raise NotFound(
            "no_such_credit",
            zh="没有签发过 № {number}。",
            en="No credit № {number} was ever issued.",
            number=f"{number:,}",
        )
    row = found[0]
    return Block(
        row["first_number"],
        row["last_number"],
        row["state"],
        account_code(row["account_id"]),
        row["organisation_id"],
        row["code"],
        row["vintage"],
        row["issue_id"],
    )


def life(number: int) -> Life:
    """Everything that happened to a kilogram; refuses `no_such_credit`."""
    block = block_of(number)
    events = tuple(_life_event(row) for row in rows("life", {"number": number}))
    return Life(number, block, issuance(block.issue_id), events)


def _life_event(row: Mapping[str, Any]) -> LifeEvent:
    facts = opened(row["facts"])
    source, serial = row["from_account_id"], row["retirement_serial"]
    return LifeEvent(
        row["id"],
        row["kind"],
        row["at"],
        row["first_number"],
        row["last_number"],
        None if source is None else account_code(source),
        account_code(row["to_account_id"]),
        row["from_organisation_id"],
        row["to_organisation_id"],
        facts.get("price_fen"),
        None if row["outbox_id"] is None else publiclog.position(row["outbox_id"]),
        None if serial is None else retirement_number(row["retirement_year"], serial),
        facts,
    )


def issuance(event_id: UUID) -> Issuance:
    """One issuance; refuses `no_such_issuance`."""
    found = _issuances(event_id=event_id)
    if not found:
        raise NotFound("no_such_issuance", zh="没有这次签发。", en="There is no such issuance.")
    return found[0]


def issuances(
    project_code: str | None = None, *, before: int | None = None, limit: int = PAGE
) -> list[Issuance]:
    """Issuances, the newest first; `before` is the first number of the last one shown."""
    return _issuances(project=project_code, before=before, limit=limit)


def _issuances(**wanted: object) -> list[Issuance]:
    asked = {"event_id": None, "project": None, "before": None, "limit": 1, **wanted}
    return [
        Issuance(
            row["event_id"],
            row["period_id"],
            row["code"],
            row["vintage"],
            row["first_number"],
            row["last_number"],
            row["buffer_kg"],
            opened(row["said"]),
            row["verifier_key"],
            row["signature"],
            row["at"],
            row["outbox_id"],
        )
        for row in rows("issuances", asked)
    ]


def slices(*event_ids: UUID) -> dict[UUID, list[Slice]]:
    """What events moved, by event, in the order of the numbers."""
    found: dict[UUID, list[Slice]] = {event_id: [] for event_id in event_ids}
    for row in rows("slices", {"event_ids": list(event_ids)}):
        source = row["from_account_id"]
        found[row["event_id"]].append(
            Slice(
                row["first_number"],
                row["last_number"],
                None if source is None else account_code(source),
                account_code(row["to_account_id"]),
                row["code"],
                row["name_zh"],
                row["name_en"],
                row["vintage"],
                row["methodology"],
                row["digest"],
            )
        )
    return found


def retirement(number: str) -> Retirement:
    """One retirement by its number; refuses `no_such_retirement`."""
    serial = number.rpartition("-")[2]
    found = _retirements(serial=int(serial)) if serial.isdecimal() and len(serial) < 19 else []
    if not found or found[0].number != number:
        raise NotFound(
            "no_such_retirement",
            zh="没有编号为 {number} 的注销。",
            en="There is no retirement {number}.",
            number=number,
        )
    return found[0]


def retirement_by_id(retirement_id: UUID) -> Retirement:
    """One retirement by the id of its request; raises LookupError where there is none."""
    found = _retirements(id=retirement_id)
    if not found:
        raise LookupError(f"no retirement {retirement_id}")
    return found[0]


def retirements(
    *,
    organisation_id: int | None = None,
    state: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Retirement]:
    """Retirements, the newest first; `before` is the `serial` of the last one shown."""
    return _retirements(organisation_id=organisation_id, state=state, before=before, limit=limit)


def _retirements(**wanted: object) -> list[Retirement]:
    nothing = {"id": None, "serial": None, "organisation_id": None, "before": None, "state": None}
    return [_retirement(row) for row in rows("retirements", {**nothing, "limit": 1, **wanted})]


def _retirement(row: Mapping[str, Any]) -> Retirement:
    sealed = row["beneficiary_sealed"]
    names = json.loads(unseal(sealed, field=BENEFICIARY_FIELD)) if sealed else {}
    return Retirement(
        row["id"],
        retirement_number(row["year"], row["serial"]),
        row["state"],
        row["organisation_id"],
        row["kg"],
        row["beneficiary_kind"],
        names.get("zh", ""),
        names.get("en", ""),
        row["purpose_zh"],
        row["purpose_en"],
        row["boundary_zh"],
        row["boundary_en"],
        row["requested_at"],
        row["undo_until"],
        row["ended_at"],
        None if row["commitment"] is None else bytes(row["commitment"]),
        row["outbox_id"],
        row["invalid_kg"],
        row["replaced_kg"],
        row["disputed"],
    )


def asides(*, organisation_id: int | None = None) -> list[Aside]:
    """What is frozen, pledged or held by a court now; of one holder, or all."""
    return _asides(organisation_id=organisation_id)


def _asides(**wanted: object) -> list[Aside]:
    return [
        Aside(
            row["id"],
            row["kind"],
            row["organisation_id"],
            row["reason"],
            row["at"],
            row["code"],
            row["vintage"],
            row["kg"],
        )
        for row in rows("asides", {"id": None, "organisation_id": None, **wanted})
    ]


def aside(aside_id: UUID) -> Aside:
    """One that lasts; refuses `no_such_aside`."""
    found = _asides(id=aside_id)
    if not found:
        raise NotFound(
            "no_such_aside",
            zh="没有这笔冻结或质押，或者已经解除。",
            en="There is no such freeze or pledge, or it has ended.",
        )
    return found[0]


def cancellations() -> list[Cancellation]:
    """Proposals to cancel that wait for a second person."""
    return [_cancellation(row) for row in rows("cancellations", {"id": None})]


def cancellation(cancellation_id: int) -> Cancellation:
    """One proposal to cancel; refuses `no_such_cancellation`."""
    found = rows("cancellations", {"id": cancellation_id})
    if not found:
        raise NotFound(
            "no_such_cancellation",
            zh="没有这份作废提请。",
            en="There is no such proposal to cancel.",
        )
    return _cancellation(found[0])


def _cancellation(row: Mapping[str, Any]) -> Cancellation:
    return Cancellation(
        row["id"],
        row["first_number"],
        row["last_number"],
        row["reason"],
        row["proposed_by"],
        row["proposed_at"],
        row["outcome"],
        row["decided_at"],
    )


def disputes() -> list[Dispute]:
    """Vintages that are doubted now."""
    return [
        Dispute(row["id"], row["code"], row["vintage"], row["reason"], row["opened_at"])
        for row in rows("disputes", {})
    ]


def events(
    *, organisation_id: int | None = None, before: int | None = None, limit: int = PAGE
) -> list[Event]:
    """What happened, the newest first; of one organisation, or all."""
    asked = {"organisation_id": organisation_id, "before": before, "limit": limit}
    return [
        Event(
            row["number"],
            row["id"],
            row["kind"],
            row["at"],
            row["organisation_id"],
            opened(row["facts"]),
            row["outbox_id"],
            row["kg"] or 0,
        )
        for row in rows("events", asked)
    ]


def rows(statement: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of one of this room's statements, by the names of their columns."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(asked))
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found]


def run(statement: str, values: Mapping[str, object]) -> None:
    """Runs one of this room's statements that answers nothing, and does not wait for it in vain."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(values))


def opened(cell: object) -> dict[str, Any]:
    """A cell of JSON, which comes as text or read already, as the connection was taught."""
    read = json.loads(cell) if isinstance(cell, str) else cell
    if not isinstance(read, dict):
        raise TypeError("the registry keeps facts as JSON objects")
    return read
