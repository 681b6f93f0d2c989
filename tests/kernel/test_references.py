"""Digests of references: the same text, the same digest, however it is carried."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.kernel.references import REFERENCE_BYTES_MAX, reference_digest, reference_digests

KEY = b"a key of the tests"
# A trailing NUL is not significant, so references do not end with one.
REFERENCES = st.text(min_size=1, max_size=30).filter(
    lambda text: not text.endswith("\0") and len(text.encode("utf-8", "replace")) <= 120
)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@given(REFERENCES.filter(_encodable), st.integers(min_value=0, max_value=8))
def test_the_width_of_the_array_does_not_change_a_digest(reference: str, more: int) -> None:
    octets = reference.encode()
    width = min(len(octets) + more, REFERENCE_BYTES_MAX)
    narrow = reference_digests(KEY, np.array([octets]))
    wide = reference_digests(KEY, np.array([octets], dtype=f"S{width}"))
    beside = reference_digests(KEY, np.array([octets, b"x" * REFERENCE_BYTES_MAX]))
    assert narrow[0] == wide[0] == beside[0] == reference_digest(KEY, reference)


@given(st.lists(REFERENCES.filter(_encodable), min_size=2, max_size=20, unique=True))
def test_different_references_have_different_digests(references: list[str]) -> None:
    digests = reference_digests(KEY, np.array([text.encode() for text in references]))
    assert len(set(digests.tolist())) == len(references)


def test_near_references_do_not_collide() -> None:
    """Numbers in a row, as operators give them, spread over all 64 bits."""
    references = np.array([f"JC{number:012d}".encode() for number in range(200_000)])
    digests = reference_digests(KEY, references)
    assert len(np.unique(digests)) == len(references)
    # Each bit is set in about half of them.
    bits = np.unpackbits(digests.view(np.uint8).reshape(-1, 8), axis=1).mean(axis=0)
    assert abs(bits - 0.5).max() < 0.01


def test_swapped_words_are_another_reference() -> None:
    one, other = b"ABCDEFGH" + b"12345678", b"12345678" + b"ABCDEFGH"
    digests = reference_digests(KEY, np.array([one, other]))
    assert digests[0] != digests[1]


def test_another_key_gives_other_digests() -> None:
    assert reference_digest(KEY, "JC1") != reference_digest(b"another key", "JC1")


def test_nothing_at_all_has_no_digests() -> None:
    assert reference_digests(KEY, np.empty(0, dtype="S1")).shape == (0,)


def test_a_reference_beyond_the_limit_is_a_defect() -> None:
    with pytest.raises(ValueError, match="at most 128 bytes"):
        reference_digest(KEY, "x" * (REFERENCE_BYTES_MAX + 1))
