"""What the log says of credits, replayed by the verifier: numbers, owners, the verifier's word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tanhui.registry import leaves as said
from tests.verify.builder import Signer, b64
from tests.verify.paper import AT
from tests.verify.test_verify import verify

Leaf = dict[str, Any]
BODY = Signer("verify-a.example", 1)


def _statement(period: int = 1, kg: int = 1_000, **changed: object) -> Leaf:
    return {
        "v": 1,
        "t": "verification",
        "project": "CDCER-0007",
        "period": period,
        "first": "2025-01-01",
        "last": "2025-12-31",
        "methodology": "kiln.gas-to-power@2",
        "kg": kg,
        "opinion": "positive",
        **changed,
    }


def _issue(of: Leaf, *slices: tuple[int, int, str], signer: Signer = BODY) -> Leaf:
    signature = b64(signer.secret.sign(verify.canonical(of)))
    return said.issue_leaf(said=of, key=signer.vkey, signature=signature, slices=slices, at=AT)


def _key(signer: Signer = BODY) -> Leaf:
    return {"v": 1, "t": "verifier-key", "org": "VERIFY-A", "key": signer.vkey, "at": "x"}


def _story() -> list[Leaf]:
    """A thousand kilograms from issue on: bought, pledged, retired, found wanting, replaced."""
    return [
        _key(),
        _issue(_statement(), (1, 900, "A-000001"), (901, 1_000, "A-000002")),
        said.transfer_leaf(slices=[(101, 300)], source="A-000001", target="A-000003", at=AT),
        said.aside_leaf(kind="pledge", slices=[(101, 150, "A-000003")], at=AT),
        said.release_leaf(slices=[(101, 150, "A-000003")], at=AT),
        said.retire_leaf(
            number="TH-2026-000001", commitment=bytes(32), slices=[(120, 219, "A-000003")], at=AT
        ),
        said.cancel_leaf(
            slices=[(1, 50, "A-000001")], invalid=[(120, 129)], why="measured twice", at=AT
        ),
        said.replace_leaf(
            number="TH-2026-000001",
            slices=[(901, 910, "A-000002")],
            instead_of=[(120, 129)],
            at=AT,
        ),
        said.dispute_leaf(project="CDCER-0007", vintage=2025, opened=True, at=AT),
    ]


def _replayed(story: list[Leaf], pinned: tuple[str, ...] = ()) -> dict[str, int]:
    """Kilograms by state."""
    _, blocks = verify.replay([verify.canonical(leaf) for leaf in story], pinned)
    told: dict[str, int] = {}
    for first, last, _, state in blocks[:-1]:
        told[state] = told.get(state, 0) + last - first + 1
    return told


def test_what_was_issued_is_held_retired_or_cancelled_to_the_kilogram() -> None:
    told = _replayed(_story())
    assert told == {"held": 840, "retired": 100, "replaced": 10, "cancelled": 50}
    assert sum(told.values()) == 1_000


def test_a_policy_may_name_the_verifiers_itself() -> None:
    assert _replayed(_story(), (BODY.vkey,))["held"] == 840
    with pytest.raises(verify.Wrong, match="no known verifier"):
        _replayed(_story(), (Signer("verify-b.example", 1).vkey,))


def _at(place: int, leaf: Callable[[], Leaf]) -> Callable[[list[Leaf]], None]:
    return lambda story: story.insert(place, leaf())


def _retire(first: int, last: int, account: str) -> Leaf:
    return said.retire_leaf(
        number="TH-2026-000002", commitment=bytes(32), slices=[(first, last, account)], at=AT
    )


def _changed(story: list[Leaf]) -> None:
    story[1]["said"]["kg"] = 1_001


ATTACKS: dict[str, tuple[Callable[[list[Leaf]], None], str]] = {
    "retired twice": (_at(6, lambda: _retire(219, 219, "A-000003")), "219 is retired"),
    "retired by another": (
        _at(6, lambda: _retire(400, 401, "A-000003")),
        "400 is held by A-000001",
    ),
    "never issued": (_at(6, lambda: _retire(1_000, 1_001, "A-000002")), "1001 is unissued"),
    "sold while pledged": (
        _at(
            4,
            lambda: said.transfer_leaf(
                slices=[(150, 151)], source="A-000003", target="A-000001", at=AT
            ),
        ),
        "150 is reserved",
    ),
    "moved after it was retired": (
        _at(
            6,
            lambda: said.transfer_leaf(
                slices=[(120, 120)], source="A-000003", target="A-000001", at=AT
            ),
        ),
        "120 is retired",
    ),
    "issued twice": (_at(2, lambda: _issue(_statement(), (1_001, 2_000, "A-000001"))), "found"),
    "a number issued again": (
        _at(2, lambda: _issue(_statement(2), (1, 1_000, "A-000001"))),
        "1 is held",
    ),
    "more than was verified": (
        _at(2, lambda: _issue(_statement(2), (1_001, 2_001, "A-000001"))),
        "found",
    ),
    "backwards to make room": (
        _at(
            2, lambda: _issue(_statement(2), (1_001, 2_001, "A-000001"), (3_001, 3_000, "A-000001"))
        ),
        "found",
    ),
    "a negative opinion": (
        _at(2, lambda: _issue(_statement(2, opinion="negative"), (1_001, 2_000, "A-000001"))),
        "found",
    ),
    "an unknown verifier": (
        _at(
            2,
            lambda: _issue(
                _statement(2), (1_001, 2_000, "A-000001"), signer=Signer("nobody.example", 1)
            ),
        ),
        "no known verifier",
    ),
    "a verifier who is none any more": (
        lambda story: story.insert(1, {**_key(), "t": "verifier-key-end"}),
        "no known verifier",
    ),
    "cancelled while pledged": (
        _at(
            4, lambda: said.cancel_leaf(slices=[(101, 150, "A-000003")], invalid=[], why="x", at=AT)
        ),
        "101 is reserved",
    ),
    "a changed statement": (_changed, "no known verifier"),
    "replaced without cause": (
        _at(
            6,
            lambda: said.replace_leaf(
                number="x", slices=[(911, 911, "A-000002")], instead_of=[(130, 130)], at=AT
            ),
        ),
        "130 is retired",
    ),
    "a later form": (_at(2, lambda: {"v": 2, "t": "issue"}), "unknown form"),
    "a leaf without its numbers": (_at(2, lambda: {"v": 1, "t": "retire"}), "unknown form"),
    "an issue without a word": (_at(2, lambda: {"v": 1, "t": "issue"}), "leaf 2"),
    "numbers that are words": (_at(2, lambda: _retire("a", "b", "A-000001")), "leaf 2"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_on_the_numbers_passes(attack: str) -> None:
    change, reason = ATTACKS[attack]
    story = json.loads(json.dumps(_story()))
    change(story)
    with pytest.raises(verify.Wrong, match=reason):
        _replayed(story)
