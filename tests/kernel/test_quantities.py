"""Numbers as people read them: exact, and never rounded in anyone's favour."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.kernel.quantities import decimal_text, grams_text, kilograms_text


@pytest.mark.parametrize(
    ("amount", "scale", "places", "text"),
    [
        (0, 1_000, 3, "0.000"),
        (1, 1_000, 3, "0.001"),
        (118_389, 1_000, 3, "118.389"),
        (1_234_567_890, 1_000, 3, "1,234,567.890"),
        (999, 1_000, 0, "0"),
        (1_999, 1_000, 0, "1"),
        (1_999, 1_000, 1, "1.9"),
        (-1_234_567, 1_000, 0, "−1,234"),
        (-999, 1_000, 1, "−0.9"),
        # More decimals than the scale holds are noughts, not noise.
        (1, 10, 4, "0.1000"),
        (10**30, 1, 0, "1" + ",000" * 10),
    ],
)
def test_decimal_text_is_exact(amount: int, scale: int, places: int, text: str) -> None:
    assert decimal_text(amount, scale, places) == text


@given(
    st.integers(min_value=-(10**18), max_value=10**18),
    st.sampled_from([1, 10, 1_000, 1_000_000]),
    st.integers(min_value=1, max_value=8),
)
def test_decimal_text_rounds_towards_zero(amount: int, scale: int, places: int) -> None:
    shown = Decimal(decimal_text(amount, scale, places).replace(",", "").replace("−", "-"))
    exact = Decimal(amount) / Decimal(scale)
    assert shown == exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)


def test_milligrams_read_as_grams_and_kilograms() -> None:
    assert grams_text(118_389) == "118.389"
    assert kilograms_text(118_389_999) == "118.389"
