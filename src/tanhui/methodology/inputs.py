"""Inputs of one case as people and programs write them: JSON, each number with its unit."""

from __future__ import annotations

import json
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.given import Cells, Choice, Given, Listed
from tanhui.methodology.numbers import MOST_VALUES
from tanhui.methodology.units import Quantity, UnitTable, exact_number

DEEPEST = 4
LONGEST_TEXT = 1_000_000


class _Numeral(str):
    """A number exactly as the JSON text wrote it."""

    __slots__ = ()


def _malformed(zh: str, en: str, **facts: object) -> Invalid:
    return Invalid("malformed_inputs", zh="输入" + zh, en="the input " + en, **facts)  # type: ignore[arg-type]


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _malformed("中有重复的键", "has a key twice")
    return data


def _no_constant(name: str) -> object:
    raise _malformed("不接受 {name}", "does not take {name}", name=name)


def parse_inputs(text: str, units: UnitTable) -> dict[str, Given]:
    """What a case gives, by symbol, numbers read exactly.

    `{"d": {"value": 2431, "unit": "m"}}`; a value may be a list (null: a missing reading) or an
    object by item; `kind` may name the kind; a scenario is `{"choice": …, "evidence": …}`.
    Refuses: `malformed_inputs`, `bare_number`, `missing_unit`, `unknown_key`, `malformed_number`,
    `unknown_unit`, `malformed_unit`, `unknown_kind`.
    """
    if len(text) > LONGEST_TEXT:
        raise _malformed("过长", "is too long")
    try:
        data = json.loads(
            text,
            parse_int=_Numeral,
            parse_float=_Numeral,
            parse_constant=_no_constant,
            object_pairs_hook=_no_doubles,
        )
        # Half a character can be written in JSON, but neither shown nor digested.
        json.dumps(data, ensure_ascii=False).encode()
    except (json.JSONDecodeError, RecursionError) as error:
        raise _malformed("不是 JSON：{error}", "is not JSON: {error}", error=error) from None
    except UnicodeEncodeError:
        raise _malformed("含有半个字符", "holds half a character") from None
    if not isinstance(data, dict):
        raise _malformed("须为 JSON 对象", "must be a JSON object")
    return {symbol: _given(symbol, given, units) for symbol, given in data.items()}


def _given(symbol: str, given: object, units: UnitTable) -> Given:
    if isinstance(given, _Numeral):
        raise Invalid(
            "bare_number",
            zh='{symbol} 是没有单位的数，应写成 {{"value": {given}, "unit": …}}',
            en='{symbol} is a bare number; write {{"value": {given}, "unit": …}}',
            symbol=symbol,
            given=given,
        )
    if not isinstance(given, dict):
        raise _malformed(
            "中 {symbol} 应为含 value 与 unit 的对象",
            "needs an object with `value` and `unit` for {symbol}",
            symbol=symbol,
        )
    choice = "choice" in given
    for key in given:
        if key not in (("choice", "evidence") if choice else ("value", "unit", "kind")):
            raise Invalid(
                "unknown_key",
                zh="{symbol} 中有未知的键 {key}",
                en="{symbol} has the unknown key {key}",
                symbol=symbol,
                key=key,
            )
    if choice:
        return Choice(_word(symbol, given, "choice"), _word(symbol, given, "evidence"))
    kind, unit = _word(symbol, given, "kind"), given.get("unit")
    if not isinstance(unit, str) or isinstance(unit, _Numeral) or not unit:
        raise Invalid(
            "missing_unit", zh="{symbol} 没有单位", en="{symbol} has no unit", symbol=symbol
        )
    measured = units.parse(unit)
    if kind and kind not in units.kinds:
        raise Invalid(
            "unknown_kind",
            zh="{symbol} 的类别 {kind} 不存在",
            en="{symbol} names the unknown kind {kind}",
            symbol=symbol,
            kind=kind,
        )
    cells = _cells(symbol, given.get("value"))
    if isinstance(cells, Fraction) and not kind:
        return Quantity(cells, measured)
    return Listed(cells, measured, kind)


def _word(symbol: str, given: dict[str, object], key: str) -> str:
    """The text at `key`, empty when it is absent."""
    word = given.get(key, "")
    if not isinstance(word, str) or isinstance(word, _Numeral):
        zh, en = "中 {symbol}.{key} 应为文本", "needs a text as {symbol}.{key}"
        raise _malformed(zh, en, symbol=symbol, key=key)
    return word


def _cells(symbol: str, raw: object, depth: int = 0) -> Cells:
    if isinstance(raw, _Numeral):
        return exact_number(raw)
    if isinstance(raw, list) and depth < DEEPEST and len(raw) <= MOST_VALUES:
        return [None if part is None else _cells(symbol, part, depth + 1) for part in raw]
    if isinstance(raw, dict) and depth < DEEPEST:
        return {name: _cells(symbol, part, depth + 1) for name, part in raw.items()}
    raise _malformed("中 {symbol}.value 应为数", "needs a number as {symbol}.value", symbol=symbol)
