"""The formula parser: what it reads, what it refuses, and that nothing makes it fall over."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methodology.mutations import WORDS

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.compute import Scope, compute
from tanhui.methodology.expression import ExpressionRefused
from tanhui.methodology.grammar import MAX_DEPTH, MAX_TOKENS, parse
from tanhui.methodology.mathml import formula_mathml
from tanhui.methodology.render import formula_text, number_text

CONVERSIONS = frozenset(["co2_as_co2e", "carbon_as_co2", "ch4_as_co2e"])
VALUES = {"a": Fraction(7), "b": Fraction(3), "c_1": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a - b - 1", Fraction(3)),
        ("a - (b - 1)", Fraction(5)),
        ("a / b / 2", Fraction(7, 6)),
        ("a / (b / 2)", Fraction(14, 3)),
        ("a + b * 2", Fraction(13)),
        ("(a + b) * 2", Fraction(20)),
        ("-a * -b", Fraction(21)),
        ("--a", Fraction(7)),
        ("min(a, b, c_1) + max(a, b)", Fraction(15, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("if(a > b, a, b / 0)", Fraction(7)),
        ("if(a == 7 and not b > 3, 1, 2)", Fraction(1)),
        ("if(a < b or (b <= 3 and c_1 >= 0.5), 1, 2)", Fraction(1)),
        ("floor(a / 2) + ceil(a / 2)", Fraction(7)),
        ("floor(-a / 2)", Fraction(-4)),
        ("floor(a, 2) + ceil(a, 2)", Fraction(14)),
        ("pow(b, 3) + pow(b, -1)", Fraction(82, 3)),
        ("exp(0) + ln(1)", Fraction(1)),
        ("min(a, if(b > a, 0, 2), 9)", Fraction(2)),
    ],
)
def test_formulas_mean_what_school_says(source: str, value: Fraction) -> None:
    tree = parse(source)
    assert compute(tree, Scope(VALUES)) == value
    # What is shown is read back to the same meaning.
    shown = formula_text(tree)
    for sign, word in (("×", "*"), ("÷", "/"), ("−", "-"), ("≤", "<="), ("≥", ">="), (" = ", "==")):
        shown = shown.replace(sign, word)
    assert compute(parse(shown), Scope(VALUES)) == value


@pytest.mark.parametrize(
    ("source", "code", "at"),
    [
        ("", "syntax_error", 1),
        ("a +", "syntax_error", 4),
        ("a b", "syntax_error", 3),
        ("(a", "syntax_error", 3),
        ("a)", "syntax_error", 2),
        ("1.", "unexpected_character", 2),
        ("a ** b", "syntax_error", 4),
        ("__import__('os')", "unexpected_character", 1),
        ("a.1", "unexpected_character", 2),
        ("eval(a)", "unknown_function", 1),
        ("min()", "syntax_error", 5),
        ("min(a)", "too_few_arguments", 1),
        ("+".join("a" * MAX_TOKENS), "expression_too_long", MAX_TOKENS + 1),
        ("a" * 1001, "expression_too_long", 1001),
        ("(" * (MAX_DEPTH + 1), "expression_too_deep", MAX_DEPTH + 1),
        ("-" * (MAX_DEPTH + 1) + "a", "expression_too_deep", MAX_DEPTH),
        ("if(" + "not " * MAX_DEPTH + "a > b, a, b)", "expression_too_deep", 4 * MAX_DEPTH - 4),
        ("a > b", "syntax_error", 3),
        ("(a > b) + 1", "syntax_error", 4),
        ("if(a, b, 1)", "syntax_error", 4),
        ("if(a > b > 1, a, b)", "syntax_error", 10),
        ("if(a > b and a > 1 or b > 1, a, b)", "syntax_error", 20),
        ("if(a > b, a)", "too_few_arguments", 1),
        ("exp(a, b)", "too_many_arguments", 1),
        ("at(a, )", "syntax_error", 7),
        ("sum(a, min)", "syntax_error", 8),
        ("a is", "syntax_error", 5),
        ("(a + b) is dry", "syntax_error", 4),
        ("a * 44 / 12", "untyped_conversion", 8),
        ("(44/12)", "untyped_conversion", 4),
        ("a = b", "unexpected_character", 3),
        ("a.b.c", "unexpected_character", 4),
        ("and", "syntax_error", 1),
    ],
)
def test_faults_are_named_with_their_column(source: str, code: str, at: int) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        parse(source)
    assert (refused.value.code, refused.value.at) == (code, at)
    assert refused.value.text("zh").startswith(f"第 {at} 列：")
    assert refused.value.text("en").startswith(f"column {at}: ")


def test_division_by_zero_is_refused() -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compute(parse("a / (b - 3)"), Scope(VALUES))
    assert refused.value.code == "division_by_zero"


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="ab1.+-*/(), minax{}", max_size=120),
        st.lists(st.sampled_from([*WORDS, "min", "max", "a", "b", "S", "="]),
                 max_size=120).map(" ".join),
    )
)  # fmt: skip
def test_no_text_makes_the_parser_fall_over(source: str) -> None:
    refusal = None
    try:
        tree = parse(source, CONVERSIONS)
    except Invalid as caught:
        refusal = caught
    if refusal is not None:
        assert refusal.text("zh")
        assert refusal.text("en")
    else:
        assert formula_text(tree)
        assert formula_mathml("ER", tree).endswith("</math>")


def test_mathml_shows_fractions_and_indices() -> None:
    assert formula_mathml("ER", parse("(a - c_1) * b / 2")) == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow><mi>ER</mi>'
        "<mo>=</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mi>a</mi><mo>−</mo>"
        "<msub><mi>c</mi><mi>1</mi></msub></mrow><mo>)</mo></mrow><mo>×</mo><mi>b</mi></mrow>"
        "<mn>2</mn></mfrac></mrow></math>"
    )


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(2431, 1000), 0, "2.431"),
        (Fraction(487, 10), 2, "48.70"),
        (Fraction(1234567), 0, "1,234,567"),
        (Fraction(-1, 8), 0, "−0.125"),
        (Fraction(1, 3), 0, "≈0.333333"),
        (Fraction(1, 3), 8, "≈0.33333333"),
        (Fraction(1, 2**20), 0, "≈0.000000953674"),
    ],
)
def test_numbers_are_written_exactly_or_marked(value: Fraction, decimals: int, text: str) -> None:
    assert number_text(value, decimals) == text
