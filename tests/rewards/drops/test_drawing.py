"""The draw by itself: fair by tickets, the same from the same facts, another from any other."""

from __future__ import annotations

from collections import Counter
from random import Random

from tanhui.rewards.drops import drawing
from tanhui.rewards.drops.drawing import Entries

SEED = 20261123


def _entries(dice: Random, tickets: list[int]) -> Entries:
    codes = [dice.randbytes(16) for _ in tickets]
    return Entries(list(range(1, len(tickets) + 1)), codes, tickets)


def _chi_square(seen: list[int], expected: list[float]) -> float:
    return sum((found - want) ** 2 / want for found, want in zip(seen, expected, strict=True))


def test_everybody_with_one_ticket_is_as_likely_to_win_in_any_place() -> None:
    dice, rounds, people, units = Random(SEED), 6_000, 12, 4
    entries = _entries(dice, [1] * people)
    first, any_place = Counter[int](), Counter[int]()
    for _ in range(rounds):
        won = drawing.draw(dice.randbytes(32), entries, units)
        first[won[0]] += 1
        any_place.update(won)
    # Of 11 degrees of freedom, above 31.3 lies one of a thousand.
    assert _chi_square([first[n] for n in entries.numbers], [rounds / people] * people) < 31.3
    share = rounds * units / people
    assert all(abs(any_place[n] - share) < 4.5 * share**0.5 for n in entries.numbers)


def test_the_chance_of_the_first_and_of_the_second_draw_goes_by_tickets() -> None:
    dice, rounds, tickets = Random(SEED + 1), 8_000, [1, 1, 2, 3, 4]
    entries = _entries(dice, tickets)
    first, pairs = Counter[int](), Counter[tuple[int, int]]()
    for _ in range(rounds):
        one, two = drawing.draw(dice.randbytes(32), entries, 2)
        first[one] += 1
        pairs[one, two] += 1
    total = sum(tickets)
    assert (
        _chi_square([first[n] for n in entries.numbers], [rounds * t / total for t in tickets])
        < 18.5
    )
    # As if the winner's other tickets were taken out of the urn.
    wanted = {
        (one, two): rounds
        * tickets[one - 1]
        / total
        * tickets[two - 1]
        / (total - tickets[one - 1])
        for one in entries.numbers
        for two in entries.numbers
        if one != two
    }
    seen = [pairs[pair] for pair in wanted]
    # Of 19 degrees of freedom, above 43.8 lies one of a thousand.
    assert _chi_square(seen, list(wanted.values())) < 43.8


def test_any_other_seed_list_or_secret_draws_others() -> None:
    dice = Random(SEED + 2)
    entries = _entries(dice, [1] * 500)
    seed, secrets = dice.randbytes(32), [dice.randbytes(32), dice.randbytes(32)]
    chance = drawing.randomness(seed, b"closed", secrets)
    won = drawing.draw(chance, entries, 20)
    assert drawing.draw(chance, entries, 20) == won
    others = [
        drawing.randomness(dice.randbytes(32), b"closed", secrets),
        drawing.randomness(seed, b"another list", secrets),
        drawing.randomness(seed, b"closed", secrets[::-1]),
        drawing.randomness(seed, b"closed", [secrets[0], dice.randbytes(32)]),
    ]
    assert all(len(set(won) & set(drawing.draw(other, entries, 20))) < 8 for other in others)
    assert drawing.draw(chance, Entries([], [], []), 3) == []


def test_a_list_and_its_winners_are_spelt_in_one_way() -> None:
    entries = Entries([2, 5], [b"\x01" * 16, b"\xff" * 16], [1, 4])
    assert entries.text == f"2 {'01' * 16} 1\n5 {'ff' * 16} 4\n"
    assert entries.tickets_total == 5
    assert drawing.winners_text([5, 2], entries) == f"1 5 {'ff' * 16}\n2 2 {'01' * 16}\n"
