"""A refusal says what is wrong in both languages and carries a code for machines."""

from __future__ import annotations

import pytest

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal


def test_a_refusal_speaks_both_languages() -> None:
    refusal = Invalid("bad_code", zh="代码“{code}”有误", en="“{code}” is wrong", code="a{b}c")
    assert refusal.code == "bad_code"
    assert refusal.text("zh-hans") == refusal.text("zh_CN.UTF-8") == "代码“a{b}c”有误"
    assert refusal.text("en") == refusal.text("fr") == "“a{b}c” is wrong"
    assert str(refusal) == "bad_code: “a{b}c” is wrong"
    assert refusal.facts == {"code": "a{b}c"}
    assert not refusal.transient


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Invalid, "invalid"),
        (NotFound, "not_found"),
        (Forbidden, "forbidden"),
        (Conflict, "conflict"),
        (Exhausted, "exhausted"),
    ],
)
def test_each_kind_has_its_name(kind: type[Refusal], name: str) -> None:
    refusal = kind("code", zh="", en="", transient=True)
    assert refusal.kind == name
    assert refusal.transient
    assert isinstance(refusal, Refusal)
