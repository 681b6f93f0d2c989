"""A redemption goes wrong: who may say so, who answers, who decides, what silence comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, transaction

from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.queries import recount
from tanhui.notices import queries as notices
from tanhui.rewards import dispute_queries, queries
from tanhui.rewards.dispute_queries import Dispute
from tanhui.rewards.disputes import (
    KIND,
    answer_dispute,
    can_dispute,
    decide_dispute,
    give_in,
    open_dispute,
    run_clocks,
    withdraw_dispute,
)
from tanhui.rewards.records import Redemption
from tanhui.rewards.redeeming import return_redemption
from tanhui.rewards.till import accept_voucher
from tests.cast import NOW
from tests.rewards.mall import Mall, open_mall

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERS = "说好的盖碗茶，店里说今天不接待。"
THEIRS = "当天停电，第二天可以来喝。"
DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def mall(db: None) -> Mall:
    """林晓 with 1,000 points, the tea house's tea on the shelf."""
    del db
    made = open_mall()
    made.offer()
    made.stock()
    return made


def used(mall: Mall) -> Redemption:
    """A voucher of 林晓's that the tea house took."""
    made = mall.redeem()
    voucher = queries.voucher_of(mall.lin, made.id)
    assert voucher is not None
    return accept_voucher(actor=mall.actor("merchant"), text=voucher.code, at=NOW)


def refusal(act: Callable[[], object]) -> str:
    """The code for which an act is refused; nothing of it stays."""
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act()
    return caught.value.code


def complain(mall: Mall, made: Redemption, at: datetime = LATER) -> Dispute:
    """林晓 says what happened."""
    return open_dispute(actor=mall.citizen(), redemption_id=made.id, words=HERS, at=at)


def told(mall: Mall) -> list[str]:
    """What the inbox of 林晓 says of disputes, the newest first."""
    found = notices.inbox(person_id=mall.lin, limit=10)
    return [each.body_zh for each in found if each.template.startswith("dispute")]


def owed(mall: Mall, merchant: str = "TEAHOUSE") -> int:
    """What is owed to a merchant by the books, in fen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(CASE WHEN credit_kind = 112 THEN amount ELSE -amount END), 0)"
            " FROM ledger_transfer WHERE phase IN (0, 2)"
            " AND (credit_kind = 112 AND credit_holder_id = %(id)s"
            " OR debit_kind = 112 AND debit_holder_id = %(id)s)",
            {"id": mall.cast.organisation(merchant)},
        )
        return int(cursor.fetchone()[0])


def test_a_citizen_disputes_the_shop_answers_and_the_operator_gives_the_points_back(
    mall: Mall,
) -> None:
    made = used(mall)
    assert mall.points() == (740, 0)
    dispute = complain(mall, made)
    assert (dispute.code, dispute.state, dispute.raised_by) == (
        f"Q-{dispute.number:04d}",
        "answering",
        "citizen",
    )
    assert dispute.clock_at is not None
    shop, operator = mall.actor("merchant"), mall.actor("operator")

    # The operator waits for the shop; the citizen cannot answer for it, another shop sees nothing.
    def decide(decision: str = "refund", words: str = "没有给到，退回。") -> Dispute:
        return decide_dispute(
            actor=operator, code=dispute.code, decision=decision, words=words, at=LATER
        )

    def answer(who: str = "merchant", words: str = THEIRS) -> Dispute:
        actor = mall.citizen() if who == "lin" else mall.actor(who)
        return answer_dispute(actor=actor, code=dispute.code, words=words, at=LATER)

    assert refusal(decide) == "step_not_offered"
    assert refusal(lambda: answer("lin")) == "not_your_word"
    assert refusal(lambda: answer("merchant-2")) == "no_such_dispute"
    assert refusal(lambda: answer("operator")) == "no_such_dispute"
    assert refusal(lambda: answer(words="  ")) == "dispute_words_missing"
    assert refusal(lambda: answer(words="茶" * 501)) == "dispute_words_missing"
    assert answer().state == "deciding"
    assert refusal(answer) == "step_not_offered"

    assert refusal(lambda: decide("perhaps")) == "dispute_decision_unknown"
    assert refusal(lambda: decide(words="")) == "dispute_words_missing"
    assert mall.points() == (740, 0)
    assert decide().state == "refunded"
    assert mall.points() == (1_000, 0)
    after = queries.redemption(mall.lin, made.id)
    assert (after.state, after.reason, owed(mall)) == ("refunded", "dispute", 0)
    assert [step.words for step in dispute_queries.story(dispute)] == [
        HERS,
        THEIRS,
        "没有给到，退回。",
    ]
    assert told(mall) == ["关于“盖碗茶一位”的争议已处理：积分已退回。"]
    assert refusal(decide) == "case_closed"
    assert refusal(lambda: complain(mall, made)) == "not_disputable"
    assert all(asset.matches for asset in recount())
    # Whoever reads: both sides and the desks, nobody else.
    for actor in (mall.citizen(), shop, operator):
        assert dispute_queries.readable(actor=actor, code=dispute.code).number == dispute.number
    for persona in ("merchant-2", "sponsor"):
        actor = mall.actor(persona)
        with pytest.raises(Refusal, match="no_such_dispute"):
            dispute_queries.readable(actor=actor, code=dispute.code)
    assert refusal(lambda: dispute_queries.dispute("Q-99999")) == "no_such_dispute"
    assert refusal(lambda: dispute_queries.dispute("X-1")) == "no_such_dispute"


def test_what_was_decided_once_is_not_taken_up_again(mall: Mall) -> None:
    made = used(mall)
    dispute = complain(mall, made)
    assert refusal(lambda: complain(mall, made)) == "case_exists"
    answer_dispute(actor=mall.actor("merchant"), code=dispute.code, words=THEIRS, at=LATER)
    decided = decide_dispute(
        actor=mall.actor("operator"),
        code=dispute.code,
        decision="uphold",
        words="茶已喝完。",
        at=LATER,
    )
    assert (decided.state, mall.points()) == ("upheld", (740, 0))
    assert refusal(lambda: complain(mall, made)) == "dispute_decided"
    assert not can_dispute(made, queries.offer_by_id(made.offer_id), LATER)
    # One that was taken back may be raised again.
    other = used(mall)
    again = complain(mall, other)
    shop = mall.actor("merchant")

    def taken(actor: Actor) -> Dispute:
        return withdraw_dispute(actor=actor, code=again.code, at=LATER)

    assert refusal(lambda: taken(shop)) == "not_your_word"
    assert taken(mall.citizen()).state == "withdrawn"
    assert can_dispute(other, queries.offer_by_id(other.offer_id), LATER)
    third = complain(mall, other)
    assert [each.number for each in dispute_queries.disputes_of_redemption(mall.lin, other.id)] == [
        third.number,
        again.number,
    ]
    live = dispute_queries.disputes_of_merchant(mall.cast.organisation("TEAHOUSE"), live=True)
    assert [each.number for each in live] == [third.number]
    assert len(dispute_queries.disputes_of_citizen(mall.lin, live=False)) == 2
    assert len(dispute_queries.all_disputes(actor=mall.actor("operator"))) == 3
    assert refusal(lambda: dispute_queries.all_disputes(actor=shop)) == "not_permitted"


def test_a_shop_that_gives_in_and_one_that_cannot_serve(mall: Mall) -> None:
    shop = mall.actor("merchant")
    first = complain(mall, used(mall))
    assert refusal(lambda: give_in(actor=mall.citizen(), code=first.code, at=LATER)) == (
        "not_your_word"
    )
    assert give_in(actor=shop, code=first.code, at=LATER).state == "refunded"
    assert (mall.points(), owed(mall)) == ((1_000, 0), 0)

    # The shop says that it cannot serve a voucher that is not used yet; she would rather wait.
    waiting = mall.redeem()
    said = open_dispute(actor=shop, redemption_id=waiting.id, words="茶馆装修。", at=LATER)
    assert (said.state, said.raised_by) == ("hearing", "merchant")
    assert any(each.startswith("商家说“盖碗茶一位”给不了") for each in told(mall))
    heard = answer_dispute(actor=mall.citizen(), code=said.code, words="我下个月再来。", at=LATER)
    assert heard.state == "deciding"
    assert refusal(lambda: give_in(actor=shop, code=said.code, at=LATER)) == "not_your_word"
    assert give_in(actor=mall.citizen(), code=said.code, at=LATER).state == "refunded"
    assert mall.points() == (1_000, 0)

    third = open_dispute(actor=shop, redemption_id=mall.redeem().id, words="核销错了。", at=LATER)
    assert withdraw_dispute(actor=shop, code=third.code, at=LATER).state == "withdrawn"


def test_silence_ends_with_the_points_back(mall: Mall) -> None:
    platform = platform_actor()
    unanswered, undecided, unheard = (used(mall) for _ in range(3))
    first = complain(mall, unanswered)
    second = complain(mall, undecided)
    shop = mall.actor("merchant")
    answer_dispute(actor=shop, code=second.code, words=THEIRS, at=LATER)
    third = open_dispute(actor=shop, redemption_id=unheard.id, words="核销错了。", at=LATER)
    assert refusal(lambda: run_clocks(actor=shop, at=LATER)) == "not_permitted"
    assert run_clocks(actor=platform, at=LATER + DAY) == 0
    # A Friday: three working days end on the Wednesday, five a Friday later.
    assert run_clocks(actor=platform, at=LATER + 6 * DAY) == 1
    assert dispute_queries.of_number(first.number).state == "refunded"
    assert run_clocks(actor=platform, at=LATER + 9 * DAY) == 2
    assert dispute_queries.of_number(second.number).state == "refunded"
    assert dispute_queries.of_number(third.number).state == "deciding"
    assert run_clocks(actor=platform, at=LATER + 30 * DAY) == 1
    assert run_clocks(actor=platform, at=LATER + 60 * DAY) == 0
    assert (mall.points()[0], owed(mall)) == (1_000, 0)
    assert all(asset.matches for asset in recount())


def test_points_that_came_back_in_another_way_end_the_dispute(mall: Mall) -> None:
    made = mall.redeem()
    dispute = complain(mall, made)
    return_redemption(actor=mall.citizen(), redemption_id=made.id, at=LATER)
    assert run_clocks(actor=platform_actor(), at=LATER) == 1
    told = dispute_queries.of_number(dispute.number)
    assert (told.state, told.redemption_state, told.is_live) == ("refunded", "refunded", False)
    # Also when the shop gives in before the platform's next round.
    made = mall.redeem()
    dispute = complain(mall, made)
    return_redemption(actor=mall.citizen(), redemption_id=made.id, at=LATER)
    assert give_in(actor=mall.actor("merchant"), code=dispute.code, at=LATER).state == "refunded"
    assert mall.points() == (1_000, 0)


def test_who_may_dispute_what_and_until_when(mall: Mall) -> None:
    made = used(mall)
    offer = queries.offer_by_id(made.offer_id)
    last = NOW + 30 * DAY

    def raised(who: str, redemption_id: UUID = made.id, at: datetime = LATER) -> Dispute:
        actor = mall.citizen() if who == "lin" else mall.actor(who)
        return open_dispute(actor=actor, redemption_id=redemption_id, words=HERS, at=at)

    assert refusal(lambda: raised("merchant-2")) == "no_such_redemption"
    assert refusal(lambda: raised("operator")) == "no_such_redemption"
    assert refusal(lambda: raised("lin", uuid4())) == "no_such_redemption"
    assert refusal(lambda: raised("lin", at=last + DAY)) == "dispute_too_late"
    assert (can_dispute(made, offer, last), can_dispute(made, offer, last + DAY)) == (True, False)
    assert raised("lin", at=last).state == "answering"
    mall.offer("R-9002", kind="donation", delivery="none", category="giving", price_points=10)
    mall.stock("R-9002", cost_fen=0)
    assert refusal(lambda: raised("lin", mall.redeem("R-9002").id)) == "not_disputable"

    # Who decides has no interest of their own in it, and who answers is not who complained.
    operator = replace(mall.actor("operator"), person_id=mall.lin)
    disputes = dispute_queries.disputes_of_citizen(mall.lin)
    shop = replace(mall.actor("merchant"), person_id=mall.lin)
    code = disputes[0].code

    def say(actor: Actor) -> Dispute:
        return answer_dispute(actor=actor, code=code, words=THEIRS, at=LATER)

    assert refusal(lambda: say(shop)) == "conflict_of_interest"
    say(mall.actor("merchant"))

    def decide() -> Dispute:
        return decide_dispute(actor=operator, code=code, decision="refund", words=HERS, at=LATER)

    assert refusal(decide) == "conflict_of_interest"


def test_a_line_of_a_dispute_is_never_changed(mall: Mall) -> None:
    dispute = complain(mall, used(mall))
    for statement in (
        "UPDATE rewards_dispute SET raised_by = 'merchant'",
        "DELETE FROM rewards_dispute",
        "UPDATE rewards_dispute SET number = DEFAULT",
        "INSERT INTO rewards_dispute (case_id, citizen_id, redemption_id, raised_by, at)"
        f" SELECT case_id, citizen_id + 1, redemption_id, raised_by, at FROM rewards_dispute"
        f" WHERE number = {dispute.number}",
        "INSERT INTO rewards_dispute (case_id, citizen_id, redemption_id, raised_by, at)"
        " SELECT id, party_id, gen_random_uuid(), 'nobody', opened_at FROM cases_case",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case WHERE kind = %s", [KIND])
        assert cursor.fetchone()[0] == 1
