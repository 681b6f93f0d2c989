"""Inputs of one case as people and programs write them: JSON, each number with its unit."""

from __future__ import annotations

import json

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.units import Quantity, UnitTable, exact_number


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


def parse_inputs(text: str, units: UnitTable) -> dict[str, Quantity]:
    """Quantities by symbol from `{"d": {"value": 2431, "unit": "m"}}`, numbers read exactly.

    Refuses: `malformed_inputs`, `bare_number`, `missing_unit`, `unknown_key`, `malformed_number`,
    `unknown_unit`, `malformed_unit`.
    """
    try:
        data = json.loads(
            text,
            parse_int=_Numeral,
            parse_float=_Numeral,
            parse_constant=_no_constant,
            object_pairs_hook=_no_doubles,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise _malformed("不是 JSON:{error}", "is not JSON: {error}", error=error) from None
    if not isinstance(data, dict):
        raise _malformed("须为 JSON 对象", "must be a JSON object")
    return {symbol: _quantity(symbol, given, units) for symbol, given in data.items()}


def _quantity(symbol: str, given: object, units: UnitTable) -> Quantity:
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
    for key in given:
        if key not in ("value", "unit"):
            raise Invalid(
                "unknown_key",
                zh="{symbol} 中有未知的键 {key}",
                en="{symbol} has the unknown key {key}",
                symbol=symbol,
                key=key,
            )
    value, unit = given.get("value"), given.get("unit")
    if not isinstance(value, _Numeral):
        raise _malformed(
            "中 {symbol}.value 应为数", "needs a number as {symbol}.value", symbol=symbol
        )
    if not isinstance(unit, str) or isinstance(unit, _Numeral) or not unit:
        raise Invalid(
            "missing_unit", zh="{symbol} 没有单位", en="{symbol} has no unit", symbol=symbol
        )
    return Quantity(exact_number(value), units.parse(unit))
