"""What is a mainland mobile number, however it was typed."""

from __future__ import annotations

import pytest

from tanhui.identity.phones import masked, parse_phone
from tanhui.kernel.refusals import Invalid


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        " 138 0000 0001 ",
        "138-0000-0001",
        "+86 138 0000 0001",
        "008613800000001",
        "8613800000001",
        "１３８０００００００１",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert parse_phone(typed) == "13800000001"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1380000000",
        "138000000012",
        "12800000001",
        "+1 415 555 0100",
        "13800000001; DROP TABLE",
        "١٣٨٠٠٠٠٠٠٠١",
        "1" * 4_000,
    ],
)
def test_what_is_not_one_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_phone(typed)
    assert refused.value.code == "phone_invalid"


def test_a_number_is_shown_by_its_ends_alone() -> None:
    assert masked("13800000001") == "138****0001"
