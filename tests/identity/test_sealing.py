"""Sealed values open only whole, with their key, and in their own field."""

from __future__ import annotations

import pytest

from tanhui.identity.sealing import blind_index, is_blind_code, seal, unseal
from tanhui.runtime.keys.algorithms import Algorithm, UnknownKey, Unsealable


def test_a_sealed_value_opens_and_says_nothing() -> None:
    sealed = seal("13800000001", field="a")
    assert unseal(sealed, field="a") == "13800000001"
    assert b"13800000001" not in sealed
    assert sealed[0] == Algorithm.AES_256_GCM


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal("林晓", field="a") != seal("林晓", field="a")


def test_a_value_moved_to_another_field_or_changed_does_not_open() -> None:
    sealed = seal("林晓", field="a")
    with pytest.raises(Unsealable):
        unseal(sealed, field="b")
    with pytest.raises(Unsealable):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), field="a")


def test_another_key_or_algorithm_is_named_and_not_tried() -> None:
    sealed = seal("林晓", field="a")
    with pytest.raises(UnknownKey):
        unseal(b"\x02" + sealed[1:], field="a")
    with pytest.raises(UnknownKey):
        unseal(sealed[:1] + bytes(4) + sealed[5:], field="a")


def test_a_blind_index_is_stable_and_belongs_to_its_field() -> None:
    assert blind_index("x", field="a") == blind_index("x", field="a")
    assert blind_index("x", field="a") != blind_index("x", field="b")
    assert len(blind_index("x", field="a")) == 32
    assert is_blind_code(blind_index("x", field="a"), "x", field="a")
    assert not is_blind_code(blind_index("x", field="a"), "y", field="a")
