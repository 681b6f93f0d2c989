"""All that a partner's desk shows: where it stands, its keys, its contract test, its deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tanhui.partners import contract, deliveries, keys, queries, quota
from tanhui.partners.contract import Approval, ContractCheck, Status
from tanhui.partners.deliveries import Delivery
from tanhui.partners.keys import KeyRow
from tanhui.partners.quota import Allowance
from tanhui.partners.rows import fetch


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """A partner in a list."""

    id: int
    code: str
    name_zh: str
    name_en: str
    scene: str
    simulated: bool
    registered_at: datetime
    expected_hours: int
    modes: tuple[str, ...]
    items_per_day: int
    requests_per_minute: int
    status: Status
    active_keys: int
    last_delivery_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartnerDesk:
    """One partner with everything about its interface; `keys` and `deliveries` newest first."""

    partner: PartnerLine
    approval: Approval | None
    keys: tuple[KeyRow, ...]
    checks: tuple[ContractCheck, ...]
    deliveries: tuple[Delivery, ...]
    sandbox: Allowance
    production: Allowance

    @property
    def missing(self) -> tuple[ContractCheck, ...]:
        """The checks that are not passed yet."""
        return tuple(check for check in self.checks if not check.passed)


def partner_lines() -> list[PartnerLine]:
    """All partners with their state, in the order of their registration."""
    return _lines(None)


def partner_desk(*, partner_code: str, at: datetime) -> PartnerDesk:
    """Everything of one partner. The door asks who may see it. Refuses `no_such_partner`."""
    partner = queries.partner(partner_code)
    return PartnerDesk(
        partner=_lines(partner_code)[0],
        approval=contract.approval(partner.id),
        keys=tuple(keys.keys_of(partner.id)),
        checks=contract.contract_checks(partner),
        deliveries=tuple(deliveries.deliveries(partner_id=partner.id)),
        sandbox=quota.allowance(partner_id=partner.id, environment="sandbox", at=at),
        production=quota.allowance(partner_id=partner.id, environment="production", at=at),
    )


def _lines(partner_code: str | None) -> list[PartnerLine]:
    found: list[PartnerLine] = []
    for cells in fetch("partner_lines", {"code": partner_code}):
        *told, modes, items, requests, approved, active, last = cells
        number, code, name_zh, name_en, scene, simulated, registered_at, expected_hours = told
        found.append(
            PartnerLine(
                id=number,
                code=code,
                name_zh=name_zh,
                name_en=name_en,
                scene=scene,
                simulated=simulated,
                registered_at=registered_at,
                expected_hours=expected_hours,
                modes=tuple(modes),
                items_per_day=items,
                requests_per_minute=requests,
                status="production" if approved else "sandbox",
                active_keys=active,
                last_delivery_at=last,
            )
        )
    return found
