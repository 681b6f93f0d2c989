"""What cannot be done with a period, by whom, and what is then said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.projects import commands as filing
from tanhui.projects.monitoring import commands, queries
from tanhui.projects.queries import Project
from tanhui.projects.verification.signing import statement_bytes
from tests.path_two import PathTwo
from tests.projects.monitoring.acts import (
    DATA,
    FIRST,
    LAST,
    TEXTS,
    THEN,
    add_paper,
    approved,
    kept,
    opened,
    opined,
    proposed,
    sign,
    signer,
    submitted,
    verifying,
)

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], Any]) -> str:
    """By which code an act is refused; it says so in both languages."""
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


def test_periods_lie_in_one_year_inside_the_crediting_period_and_never_share_a_day(
    cast: PathTwo, furnace: Project
) -> None:
    def code(first: date, last: date) -> str:
        return refused(lambda: opened(cast, furnace, first=first, last=last))

    assert code(date(2026, 5, 2), date(2026, 5, 1)) == "period_days_invalid"
    assert code(date(2026, 12, 1), date(2027, 1, 31)) == "period_crosses_years"
    assert code(date(2025, 1, 1), date(2025, 12, 31)) == "period_outside_crediting"
    assert code(date(2036, 1, 1), date(2036, 12, 31)) == "period_outside_crediting"
    first = opened(cast, furnace)
    assert code(FIRST, LAST) == "period_overlaps"
    assert code(LAST, LAST) == "period_overlaps"
    opened(cast, furnace, first=date(2026, 1, 1), last=FIRST - timedelta(days=1))
    commands.withdraw_period(
        actor=cast.actor("owner-glass"), period_id=first.id, words="数据不全。", at=THEN
    )
    assert opened(cast, furnace).number == 3
    for stranger in ("owner-forest", "verifier", "regulator", "buyer"):
        act = partial(commands.open_period, actor=cast.actor(stranger), code=furnace.code)
        code_said = refused(partial(act, first=FIRST, last=LAST, at=THEN))
        assert code_said in ("not_permitted", "no_such_project")


def test_a_report_is_complete_proved_and_over_before_it_is_handed_in(
    cast: PathTwo, furnace: Project
) -> None:
    owner, period = cast.actor("owner-glass"), opened(cast, furnace)

    def keep(**more: Any) -> Any:
        told = {"cells": DATA, "texts": TEXTS, **more}
        return commands.keep_report(actor=owner, period_id=period.id, at=THEN, **told)

    def submit(at: Any = THEN) -> str:
        return refused(lambda: commands.submit_report(actor=owner, period_id=period.id, at=at))

    assert submit() == "report_missing"
    assert refused(lambda: keep(cells=None)) == "report_data_missing"
    assert refused(lambda: keep(workbook=b"x")) == "report_data_missing"
    assert refused(lambda: keep(texts={"poem": "…"})) == "section_unknown"
    assert refused(lambda: keep(texts={"gaps": "缺" * 4_001})) == "section_too_long"
    assert refused(lambda: keep(cells={**DATA, "mandate": {"choice": "required"}})) == (
        "guard_failed"
    )
    keep(texts={})
    assert submit() == "section_missing"
    first = keep()
    assert first.number == 2
    assert keep() == first
    assert submit() == "evidence_missing"
    add_paper(cast, furnace, period)
    keep(cells=None, texts=None)
    add_paper(cast, furnace, period, "燃气结算单")
    assert submit() == "report_outdated"
    newest = keep(cells=None, texts=None)
    assert len(newest.evidence) == 2
    assert submit(THEN - timedelta(days=30)) == "period_not_over"
    commands.submit_report(actor=owner, period_id=period.id, at=THEN)
    assert submit() == "report_unchanged"
    assert refused(lambda: commands.submit_report(
        actor=cast.actor("owner-forest"), period_id=period.id, at=THEN
    )) == "no_such_period"  # fmt: skip
    assert [told.submitted_at for told in queries.reports(period.id)][-1] == THEN


def test_what_is_not_proved_and_a_length_that_does_not_fit_are_said_to_the_verifier(
    cast: PathTwo, furnace: Project
) -> None:
    bare = {name: {k: v for k, v in cell.items() if k != "evidence"} for name, cell in DATA.items()}
    report = kept(cast, furnace, opened(cast, furnace), cells=bare)
    found = {(item["code"], item["symbol"]) for item in report.result["reservations"]}
    assert {("evidence_not_named", "EC"), ("evidence_not_named", "P")} <= found
    # A whole year was reported for nine months.
    assert ("period_length_differs", "period") in found
    assert ("evidence_not_named", "CAP") not in found


def test_only_the_body_that_verifies_it_asks_and_only_the_owner_answers(
    cast: PathTwo, furnace: Project
) -> None:
    body = cast.actor("verifier-2")
    period = verifying(cast, furnace)
    told = {"subject": period.subject, "anchor": "EC/3", "title": "三月读数", "at": THEN}

    def ask(actor: str, **more: Any) -> Any:
        return commands.raise_finding(
            actor=cast.actor(actor), **{**told, "words": "请附三月抄表照片。", **more}
        )

    assert refused(lambda: ask("verifier")) == "not_your_verification"
    assert refused(lambda: ask("owner-glass")) == "not_permitted"
    assert refused(lambda: ask("verifier-2", words=" ")) == "finding_words_missing"
    assert refused(lambda: ask("verifier-2", title="")) == "finding_words_missing"
    found = ask("verifier-2")
    assert (found.number, found.state, found.anchor) == (1, "open", "EC/3")
    # Ten working days, from the day after.
    assert found.deadline is not None
    assert (found.deadline - THEN).days == 14
    assert ask("verifier-2", title="二").number == 2

    def answer(actor: str, id: int = found.id) -> Any:
        return commands.answer_finding(
            actor=cast.actor(actor), finding_id=id, words="已附照片。", at=THEN
        )

    assert refused(lambda: answer("owner-forest")) == "no_such_finding"
    assert refused(lambda: answer("verifier-2")) == "not_permitted"
    assert refused(lambda: answer("owner-glass", 10**9)) == "no_such_finding"
    assert answer("owner-glass").state == "answered"
    assert refused(lambda: answer("owner-glass")) == "not_your_turn"
    again = commands.ask_again(
        actor=body, finding_id=found.id, words="照片看不清。", at=THEN + timedelta(days=3)
    )
    assert again.state == "open"
    assert again.deadline is not None
    assert again.deadline > found.deadline
    answer("owner-glass")
    closed = commands.close_finding(actor=body, finding_id=found.id, words="清楚了。", at=THEN)
    assert (closed.state, closed.deadline) == ("closed", None)
    late = {"actor": body, "finding_id": found.id, "words": "再问。", "at": THEN}
    assert refused(partial(commands.ask_again, **late)) == "not_your_turn"
    assert refused(partial(commands.close_finding, **late)) == "not_your_turn"
    assert refused(lambda: opined(cast, period)) == "findings_open"


def test_a_statement_is_signed_by_a_live_key_of_the_body_about_the_newest_version(
    cast: PathTwo, furnace: Project
) -> None:
    body, owner = cast.actor("verifier-2"), cast.actor("owner-glass")
    period = verifying(cast, furnace)
    said = commands.statement_for(body, period.id)

    def hand_in(statement: bytes, signature: str, persona: str = "verifier-2") -> str:
        return refused(lambda: commands.submit_opinion(
            actor=cast.actor(persona), period_id=period.id, statement=statement,
            signature=signature, at=THEN,
        ))  # fmt: skip

    assert hand_in(said, sign(said, bytes(32))) == "signature_wrong"
    assert hand_in(said, sign(said)[:-4] + "AAA=") == "signature_wrong"
    assert hand_in(said, "签名") == "signature_wrong"
    assert hand_in(said, "") == "signature_wrong"
    more = said.replace(b'"kg":3117356', b'"kg":9117356')
    assert more != said
    assert hand_in(more, sign(more)) == "statement_differs"
    assert hand_in(said + b"\n", sign(said + b"\n")) == "statement_differs"
    assert hand_in(said, sign(said), "verifier") == "no_such_period"
    assert hand_in(said, sign(said), "owner-glass") == "not_permitted"
    # The owner hands in another version meanwhile: what was signed is no longer about it.
    commands.keep_report(
        actor=owner, period_id=period.id, texts={**TEXTS, "gaps": "没有缺测。"}, at=THEN
    )
    commands.submit_report(actor=owner, period_id=period.id, at=THEN)
    assert hand_in(said, sign(said)) == "statement_differs"
    assert queries.period(period.id).state == "verifying"
    key = commands.add_verifier_key(actor=body, vkey=_vkey("VERIFY-B/new"), at=THEN)
    commands.revoke_verifier_key(actor=body, vkey=key.vkey, at=THEN)
    assert refused(lambda: commands.revoke_verifier_key(actor=body, vkey=key.vkey, at=THEN)) == (
        "no_such_key"
    )
    newest = commands.statement_for(body, period.id)
    assert hand_in(newest, sign(newest, bytes(reversed(range(32))))) == "signature_wrong"
    commands.revoke_verifier_key(actor=body, vkey=_vkey("VERIFY-B", bytes(range(32))), at=THEN)
    assert hand_in(newest, sign(newest)) == "key_unknown"


def _vkey(name: str, secret: bytes = bytes(reversed(range(32)))) -> str:
    return signer(name, secret)[0]


def test_a_key_bears_the_bodys_name_and_is_nobody_elses(cast: PathTwo) -> None:
    body, other = cast.actor("verifier"), cast.actor("verifier-2")

    def add(vkey: str, actor: Any = body) -> str:
        return refused(lambda: commands.add_verifier_key(actor=actor, vkey=vkey, at=THEN))

    assert add("VERIFY-A+00000000+AAAA") == "verifier_key_invalid"
    assert add("") == "verifier_key_invalid"
    assert add(_vkey("VERIFY-B")) == "verifier_key_name"
    assert add(_vkey("VERIFY-AB")) == "verifier_key_name"
    assert add(_vkey("VERIFY-A"), cast.actor("owner-glass")) == "not_permitted"
    held = commands.add_verifier_key(actor=body, vkey=_vkey("VERIFY-A"), at=THEN)
    assert commands.add_verifier_key(actor=body, vkey=f" {held.vkey}\n", at=THEN) == held
    commands.revoke_verifier_key(actor=body, vkey=held.vkey, at=THEN)
    assert add(held.vkey) == "verifier_key_taken"
    assert add(held.vkey, other) == "verifier_key_name"


def test_a_negative_opinion_ends_the_period_and_frees_its_days(
    cast: PathTwo, furnace: Project
) -> None:
    period = verifying(cast, furnace)
    opinion = opined(cast, period, positive=False)
    assert not opinion.positive
    assert b'"opinion":"negative"' in opinion.statement.encode()
    assert queries.period(period.id).state == "refused"
    assert refused(lambda: queries.approved_period(period.id)) == "period_not_approved"
    assert opened(cast, furnace).number == 2


def test_one_person_never_decides_alone_and_nothing_is_approved_twice(
    cast: PathTwo, furnace: Project
) -> None:
    first, second = cast.actor("regulator"), cast.actor("regulator-2")
    period = verifying(cast, furnace)
    propose = partial(
        commands.propose_issuance, actor=first, period_id=period.id, words="好。", at=THEN
    )
    assert refused(propose) == "step_not_offered"
    assert refused(lambda: queries.approved_period(period.id)) == "period_not_approved"
    opined(cast, period)
    propose()
    confirm = commands.confirm_issuance
    assert refused(lambda: confirm(actor=first, period_id=period.id, at=THEN)) == (
        "same_person_decides"
    )
    for stranger in ("operator", "verifier-2", "owner-glass", "auditor"):
        act = partial(confirm, actor=cast.actor(stranger), period_id=period.id, at=THEN)
        assert refused(act) == "not_permitted"
    commands.doubt_issuance(actor=second, period_id=period.id, words="再看一遍。", at=THEN)
    assert queries.period(period.id).state == "verified"
    commands.propose_issuance(actor=second, period_id=period.id, words="看过了。", at=THEN)
    assert refused(lambda: confirm(actor=second, period_id=period.id, at=THEN)) == (
        "same_person_decides"
    )
    # Whoever proposed it before may confirm what the other one proposes now.
    assert confirm(actor=first, period_id=period.id, at=THEN).confirmed_by == first.person_id
    assert refused(lambda: confirm(actor=first, period_id=period.id, at=THEN)) == "period_fixed"


def test_what_is_off_the_register_is_not_issued(cast: PathTwo, furnace: Project) -> None:
    period = proposed(cast, furnace)
    first, second = cast.actor("regulator"), cast.actor("regulator-2")
    filing.propose_strike_off(actor=first, code=furnace.code, words="虚假资料。", at=THEN)
    filing.strike_off(actor=second, code=furnace.code, at=THEN)
    assert refused(lambda: commands.confirm_issuance(
        actor=cast.actor("regulator-2"), period_id=period.id, at=THEN
    )) == "period_not_approved"  # fmt: skip
    assert refused(
        lambda: opened(cast, furnace, first=date(2026, 1, 1), last=date(2026, 2, 1))
    ) == ("project_not_registered")


def test_a_returned_report_is_handed_in_again_and_verified_anew(
    cast: PathTwo, furnace: Project
) -> None:
    owner = cast.actor("owner-glass")
    period = verifying(cast, furnace)
    opined(cast, period)
    commands.return_report(
        actor=cast.actor("regulator"), period_id=period.id, words="三月读数有疑问。", at=THEN
    )
    assert refused(lambda: opined(cast, period)) == "no_such_period"
    commands.keep_report(
        actor=owner, period_id=period.id,
        cells={**DATA, "EC": {**DATA["EC"], "value": "9200"}}, at=THEN,
    )  # fmt: skip
    commands.submit_report(actor=owner, period_id=period.id, at=THEN)
    assert queries.period(period.id).state == "submitted"
    assign = partial(
        commands.assign_period_verifier,
        actor=cast.actor("regulator"),
        period_id=period.id,
        verifier_id=cast.organisation("VERIFY-B"),
        at=THEN,
    )
    assign()
    assert refused(assign) == "verifier_assigned"
    body = cast.actor("verifier-2")
    commands.return_report(actor=body, period_id=period.id, words="缺一页。", at=THEN)
    commands.keep_report(actor=owner, period_id=period.id, texts={**TEXTS, "gaps": "无"}, at=THEN)
    commands.submit_report(actor=owner, period_id=period.id, at=THEN)
    # The body still has it, so it goes on where it was.
    assert queries.period(period.id).state == "verifying"
    opinion = opined(cast, period)
    assert opinion.version == 3
    assert [told.submitted_at is not None for told in queries.reports(period.id)] == [True] * 3


def test_a_deficit_is_carried_and_an_unsettled_period_holds_the_next_one_up(
    cast: PathTwo, furnace: Project
) -> None:
    owner = cast.actor("owner-glass")
    early = opened(cast, furnace, first=date(2026, 1, 1), last=FIRST - timedelta(days=1))
    late = opened(cast, furnace)
    assert refused(lambda: kept(cast, furnace, late)) == "earlier_period_unsettled"
    national = {**DATA, "grid": {"choice": "national", "evidence": "供用电合同"}}
    owing = kept(cast, furnace, early, cells=national)
    assert (owing.reduction_kg, owing.deficit_kg) == (0, 287_864)
    commands.submit_report(actor=owner, period_id=early.id, at=THEN)
    commands.assign_period_verifier(
        actor=cast.actor("regulator"), period_id=early.id,
        verifier_id=cast.organisation("VERIFY-B"), at=THEN,
    )  # fmt: skip
    commands.add_verifier_key(
        actor=cast.actor("verifier-2"), vkey=_vkey("VERIFY-B", bytes(range(32))), at=THEN
    )
    opined(cast, early)
    assert refused(lambda: commands.propose_issuance(
        actor=cast.actor("regulator"), period_id=early.id, words="好。", at=THEN
    )) == "nothing_to_issue"  # fmt: skip
    report = kept(cast, furnace, late)
    assert report.reduction_kg == 3_117_356 - 287_864
    carried = report.cells.by_symbol["deficit"]
    assert (carried.value, carried.evidence) == ("287864", owing.sha256)


def test_an_issued_report_is_corrected_in_the_open(cast: PathTwo, furnace: Project) -> None:
    owner = cast.actor("owner-glass")
    period = approved(cast, furnace)

    def correct(**more: Any) -> Any:
        told = {"reason": "三月读数抄错。", **more}
        return commands.correct_report(
            actor=owner, period_id=period.id,
            cells={**DATA, "EC": {**DATA["EC"], "value": "9200"}}, at=THEN, **told,
        )  # fmt: skip

    assert refused(correct) == "period_fixed"
    commands.mark_issued(
        actor=cast.actor("regulator-2"), period_id=period.id, event_id=uuid4(), at=THEN
    )
    assert refused(lambda: queries.approved_period(period.id)) == "period_issued"
    assert refused(lambda: correct(reason="")) == "correction_reason_missing"
    assert refused(lambda: commands.keep_report(
        actor=owner, period_id=period.id, cells=DATA, at=THEN
    )) == "period_fixed"  # fmt: skip
    report = correct()
    assert (report.reason, report.submitted_at) == ("三月读数抄错。", None)
    assert queries.submitted(period.id)[-1].reduction_kg - report.reduction_kg == 15_639 + 1


def test_nobody_reads_a_period_who_takes_no_part(cast: PathTwo, furnace: Project) -> None:
    period = submitted(cast, furnace)
    for reader in ("owner-glass", "regulator", "auditor", "operator"):
        assert queries.readable(cast.actor(reader), period.id).id == period.id
    for stranger in ("owner-forest", "verifier-2", "buyer"):
        act = partial(queries.readable, cast.actor(stranger), period.id)
        assert refused(act) in (
            "no_such_project",
            "no_such_period",
        )
    assert refused(lambda: queries.period(10**9)) == "no_such_period"
    assert statement_bytes({"v": 1}) == b'{"v":1}'
