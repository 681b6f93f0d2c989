"""The same batch from ten threads at once, and many single deeds at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

from tanhui.behaviours.recount import recount
from tests.api.sending import Desk, recent_ride
from tests.behaviours.telling import balance
from tests.cast import ZHOU_RIDER

THREADS = 10
Told = TypeVar("Told")


def _at_once(work: Callable[[int], Told], threads: int = THREADS) -> list[Told]:
    """What each of so many threads answered, all of them begun at one moment."""
    begin = Barrier(threads)

    def run(number: int) -> Told:
        begin.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_the_same_batch_at_once_has_one_effect(desk: Desk) -> None:
    rows = [recent_ride(f"a{number}", hours=4 + number) for number in range(12)]
    told = _at_once(lambda _: desk.send(rows, message_id="msg_twins"))
    assert {sent.status for sent in told} == {200}
    assert len({sent.content for sent in told}) == 1
    assert sum("tanhui-replayed" not in sent.headers for sent in told) == 1
    assert balance(desk.seated.lin)[0] == told[0].json["totals"]["points"] > 0
    assert recount().matches


def test_the_same_deeds_in_other_messages_at_once_are_paid_once(desk: Desk) -> None:
    rows = [recent_ride(f"a{number}", hours=4 + number) for number in range(12)]
    told = _at_once(lambda _: desk.send(rows))
    results = [sent.results for sent in told]
    assert sum(each == ["recorded"] * 12 for each in results) == 1
    assert sum(each == ["exists"] * 12 for each in results) == THREADS - 1
    assert recount().matches


def test_single_deeds_at_once_each_get_their_own_answer(desk: Desk) -> None:
    def one(number: int) -> tuple[str | None, str]:
        if number % 5 == 4:
            sent = desk.send([recent_ride(f"n{number}", rider="nobody")])
        else:
            rider = ZHOU_RIDER if number % 2 else "jc-lin"
            sent = desk.send([recent_ride(f"n{number}", hours=4 + number, rider=rider)])
        item = sent.json["results"][0]
        return item["reference"], item["result"]

    told = _at_once(one, 20)
    assert [reference for reference, _ in told] == [f"n{number}" for number in range(20)]
    assert [result for _, result in told] == [
        "refused:unknown_rider" if number % 5 == 4 else "recorded" for number in range(20)
    ]
    assert recount().matches


def test_single_twins_at_once_have_one_effect(desk: Desk) -> None:
    rows = [recent_ride("a")]
    told = _at_once(lambda _: desk.send(rows, message_id="msg_twin"))
    assert {sent.status for sent in told} == {200}
    assert len({sent.content for sent in told}) == 1
    assert sum("tanhui-replayed" not in sent.headers for sent in told) == 1
