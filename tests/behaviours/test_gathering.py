"""Those who come while another is served go together, and none answers for another."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tanhui.behaviours.gathering import Gathering
from tanhui.kernel.refusals import Exhausted, NotFound


def test_who_waits_goes_together_in_the_next_group() -> None:
    groups: list[list[int]] = []
    going, go = Event(), Event()

    def settle(asked: Sequence[int]) -> list[int | Exception]:
        groups.append(list(asked))
        if len(groups) == 1:
            going.set()
            assert go.wait(10)
        return [number * 2 for number in asked]

    gathering: Gathering[int, int] = Gathering(settle)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(gathering.ask, "here", 0)
        assert going.wait(10)
        others = [pool.submit(gathering.ask, "here", number) for number in range(1, 9)]
        elsewhere = gathering.ask("elsewhere", 50)
        while len(gathering.waiting("here")) < 8:
            pass
        go.set()
        assert first.result(10) == 0
        assert sorted(other.result(10) for other in others) == [2 * n for n in range(1, 9)]
    assert elsewhere == 100
    assert sorted(map(len, groups)) == [1, 1, 8]


def test_a_group_has_a_bound() -> None:
    sizes: list[int] = []
    going, go = Event(), Event()

    def settle(asked: Sequence[int]) -> list[int | Exception]:
        sizes.append(len(asked))
        going.set()
        assert go.wait(10)
        return list(asked)

    gathering: Gathering[int, int] = Gathering(settle, group_max=3)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(gathering.ask, "here", 0)]
        assert going.wait(10)
        asked += [pool.submit(gathering.ask, "here", number) for number in range(1, 8)]
        while len(gathering.waiting("here")) < 7:
            pass
        go.set()
        assert sorted(each.result(10) for each in asked) == list(range(8))
    assert max(sizes) == 3


def test_a_refusal_is_for_the_one_it_concerns() -> None:
    refusal = NotFound("gone", zh="没有", en="gone")
    gathering: Gathering[int, int] = Gathering(
        lambda asked: [refusal if number < 0 else number for number in asked]
    )
    assert gathering.ask("here", 1) == 1
    with pytest.raises(NotFound):
        gathering.ask("here", -1)


def test_a_defect_fails_only_who_has_it() -> None:
    going, go = Event(), Event()

    def settle(asked: Sequence[int]) -> list[int | Exception]:
        if asked == [0]:
            going.set()
            assert go.wait(10)
        if 3 in asked:
            raise ZeroDivisionError
        return list(asked)

    gathering: Gathering[int, int] = Gathering(settle)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(gathering.ask, "here", 0)
        assert going.wait(10)
        others = [pool.submit(gathering.ask, "here", number) for number in range(1, 6)]
        while len(gathering.waiting("here")) < 5:
            pass
        go.set()
        assert first.result(10) == 0
        failed = [other.exception(10) for other in others]
    assert [type(error) for error in failed if error] == [ZeroDivisionError]
    assert failed[2] is not None


def test_nobody_waits_for_ever() -> None:
    going, go = Event(), Event()

    def settle(asked: Sequence[int]) -> list[int | Exception]:
        going.set()
        assert go.wait(10)
        return list(asked)

    gathering: Gathering[int, int] = Gathering(settle, wait_seconds=0)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(gathering.ask, "here", 0)
        assert going.wait(10)
        with pytest.raises(Exhausted) as refused:
            gathering.ask("here", 1)
        go.set()
        assert first.result(10) == 0
    assert refused.value.code == "too_busy"
    assert gathering.ask("here", 2) == 2
