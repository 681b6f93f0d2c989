"""From the sandbox to production: what a partner has to show, and the operator's approval.

Every check is ticked by what really happened in the sandbox, never by hand. A tick stays.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.partners import queries
from tanhui.partners.models import Partner
from tanhui.partners.rows import cleaned, fetch

Status = Literal["sandbox", "production"]
ROWS_NEEDED = 20
_MODE = "mode:"


@dataclass(frozen=True, slots=True)
class CheckText:
    """One thing to show: what it is called, and what to do, in both languages."""

    code: str
    title_zh: str
    title_en: str
    todo_zh: str
    todo_en: str


CHECKS = (
    CheckText(
        "signed_request",
        "签名有效的请求",
        "A signed request",
        "用沙箱密钥给一次推送签名并发送。",
        "Sign a delivery with a sandbox key and send it.",
    ),
    CheckText(
        "stale_refused",
        "过期签名被拒收",
        "A stale signature is refused",
        "用 10 分钟前的 webhook-timestamp 签名并发送，确认收到 signature_stale。",
        "Sign with a webhook-timestamp of ten minutes ago, send it and see signature_stale.",
    ),
    CheckText(
        "wrong_signature_refused",
        "错误签名被拒收",
        "A wrong signature is refused",
        "签名后改动请求体再发送，带上 tanhui-partner 请求头，确认收到 signature_invalid。",
        "Change the body after signing, send it with the header tanhui-partner and see"
        " signature_invalid.",
    ),
    CheckText(
        "recorded_rows",
        f"{ROWS_NEEDED} 条合格的行程",
        f"{ROWS_NEEDED} rows accepted",
        f"在沙箱里累计发送至少 {ROWS_NEEDED} 条能被接受的记录。",
        f"Send at least {ROWS_NEEDED} rows that the sandbox accepts, in all.",
    ),
    CheckText(
        "repeat_answered_exists",
        "重复发送被认出",
        "A repeat is recognised",
        "在同一批里把一条记录（相同 reference）发两次，确认第二条的结果是 exists：沙箱不留记录。",
        "Send a row twice in one batch, with the same reference, and see that the second exists:"
        " the sandbox keeps nothing.",
    ),
    CheckText(
        "bad_row_refused_by_name",
        "不合格的行按名称拒收",
        "A bad row is refused by name",
        "发送一条不合格的记录（例如结束早于开始），核对返回的代码。",
        "Send a row that is wrong, for example one that ends before it starts, and read its code.",
    ),
    CheckText(
        "all_modes",
        "每种出行方式各一条",
        "Every mode at least once",
        "登记的每种出行方式至少有一条被接受。",
        "Have at least one row accepted for each mode you are registered for.",
    ),
    CheckText(
        "day_declared",
        "申报一天的总数",
        "A day declared",
        "用沙箱密钥申报一天的行数与总量。",
        "Declare the rows and the amount of one day with a sandbox key.",
    ),
)
_CODES = frozenset(check.code for check in CHECKS)


@dataclass(frozen=True, slots=True)
class SandboxFacts:
    """What a sandbox delivery showed: rows that were accepted, were known, were refused; modes.

    `modes` are those of accepted rows.
    """

    delivery_id: UUID | None = None
    recorded: int = 0
    exists: int = 0
    refused: int = 0
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContractCheck:
    """One check and how far it is: `done` of `needed`; `passed_at` is None until it is passed."""

    text: CheckText
    passed_at: datetime | None
    done: int
    needed: int
    delivery_id: UUID | None = None

    @property
    def passed(self) -> bool:
        """Whether this has been shown."""
        return self.passed_at is not None


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a partner into production; `waived` is the reason where checks were `missing`."""

    approved_at: datetime
    approved_by: str
    missing: tuple[str, ...]
    waived: str | None


def contract_checks(partner: Partner) -> tuple[ContractCheck, ...]:
    """All checks in their order, with what the partner has shown so far."""
    ticks = {
        code: (ticked_at, delivery_id)
        for code, ticked_at, delivery_id in fetch("contract_ticks", {"partner_id": partner.id})
    }
    accepted = fetch("sandbox_rows", {"partner_id": partner.id})[0][0]
    shown = {code.removeprefix(_MODE) for code in ticks if code.startswith(_MODE)}
    wanted = set(partner.modes)
    checks = []
    for text in CHECKS:
        done, needed = int(text.code in ticks), 1
        ticked = ticks.get(text.code, (None, None))
        if text.code == "recorded_rows":
            done, needed = min(accepted, ROWS_NEEDED), ROWS_NEEDED
            done = needed if ticked[0] else done
        if text.code == "all_modes":
            # A partner that is registered for no mode in particular shows any one.
            done = len(shown & wanted) if wanted else min(1, len(shown))
            needed = len(wanted) or 1
            moments = [ticks[_MODE + mode] for mode in (shown & wanted if wanted else shown)]
            ticked = max(moments, key=_moment) if done >= needed else (None, None)
        checks.append(ContractCheck(text, ticked[0], done, needed, ticked[1]))
    return tuple(checks)


def note_contract(*, partner_id: int, facts: SandboxFacts, at: datetime) -> None:
    """Ticks what a sandbox delivery showed; to be called after it was recorded."""
    codes = ["signed_request", *(_MODE + mode for mode in sorted(facts.modes))]
    if facts.exists:
        codes.append("repeat_answered_exists")
    if facts.refused:
        codes.append("bad_row_refused_by_name")
    if facts.recorded and fetch("sandbox_rows", {"partner_id": partner_id})[0][0] >= ROWS_NEEDED:
        codes.append("recorded_rows")
    tick(partner_id=partner_id, codes=codes, at=at, delivery_id=facts.delivery_id)


def tick(
    *, partner_id: int, codes: Collection[str], at: datetime, delivery_id: UUID | None = None
) -> None:
    """Ticks checks by their codes; what is ticked already stays as it is."""
    unknown = {code for code in codes if not code.startswith(_MODE)} - _CODES
    if unknown:
        raise ValueError(f"no such check: {', '.join(sorted(unknown))}")
    facts = {
        "partner_id": partner_id,
        "codes": sorted(codes),
        "at": at,
        "delivery_id": delivery_id,
    }
    fetch("tick_contract", facts)


def approval(partner_id: int) -> Approval | None:
    """The approval of a partner for production, or None while it is in the sandbox."""
    found = fetch("approval", {"partner_id": partner_id})
    if not found:
        return None
    approved_at, approved_by, missing, waived = found[0]
    return Approval(approved_at, approved_by, tuple(missing), waived)


def status(partner_id: int) -> Status:
    """Where a partner stands."""
    return "production" if approval(partner_id) else "sandbox"


def approve_production(
    *, actor: Actor, partner_code: str, at: datetime, waive: str | None = None
) -> Approval:
    """Lets a partner into production once it has shown everything; again, it changes nothing.

    With `waive`, the reason of an operator who lets it in although checks are missing; the audit
    row holds it. Refuses: `not_permitted`, `no_such_partner`, `text_too_long`,
    `contract_not_passed`.
    """
    require(actor, "partner.approve")
    partner = queries.partner(partner_code)
    missing = [check.text for check in contract_checks(partner) if not check.passed]
    reason = cleaned(waive or "")
    if missing and not reason and approval(partner.id) is None:
        raise _not_passed(missing)
    codes = [text.code for text in missing]
    facts = {
        "partner_id": partner.id,
        "at": at,
        "actor": actor.name,
        "missing": codes,
        "waived": reason if missing else None,
    }
    with transaction.atomic():
        if fetch("approve_production", facts):
            write_audit(
                actor=actor,
                action="partner.approve_production",
                subject=f"partner:{partner.code}",
                facts={"missing": codes, "waived": facts["waived"]},
                at=at,
            )
    found = approval(partner.id)
    if found is None:
        raise RuntimeError("an approval that was written is not there")
    return found


def _not_passed(missing: Collection[CheckText]) -> Conflict:
    return Conflict(
        "contract_not_passed",
        zh="沙箱验收还差 {count} 项：{missing_zh}。",
        en="The contract test is not passed; missing ({count}): {missing_en}.",
        count=len(missing),
        missing_zh="、".join(text.title_zh for text in missing),
        missing_en="; ".join(text.title_en for text in missing),
        missing=[text.code for text in missing],
    )


def _moment(ticked: tuple[datetime, UUID | None]) -> datetime:
    return ticked[0]
