"""Small random documents of the row kernel's sort, written as files, and rows to put into them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

HEAD = """
[methodology]
id = "{id}"
version = "1.0.0"
status = "draft"
kind = "{kind}"
zh = "随机"
en = "random"
summary_zh = "随机生成。"
summary_en = "Made at random."
basis = "reconstruction"
basis_zh = "仅供测试。"
basis_en = "For tests only."
gwp = "AR5"
valid = {{ from = 2020-01-01 }}

[[source]]
title = "t"
note_zh = "无"
note_en = "none"
"""
# The reader wants an example, and leaves it to others to try it.
EXAMPLE = """
[[example]]
zh = "例"
en = "an example"
inputs = {}
refused = "missing_input"
"""
TAIL = """
[result]
name = "reduction_mg"
formula = "ER"
unit = "mgCO2e"
round = "{rounding}"
negative = "{negative}"
zh = "结果"
en = "result"

[evidence]
A = {{ zh = "甲", en = "A" }}
B = {{ zh = "乙", en = "B" }}
C = {{ zh = "丙", en = "C" }}
D = {{ zh = "丁", en = "D" }}
"""
LABEL = 'zh = "量"\nen = "a quantity"\n'
TOOL_DIGEST = "TOOL-DIGEST"
FACTOR = """
[factor.EF]
key = "beh.sharedbike.meituan"
row = "sha256:e9736ad99721e51efab852acb4225736ed0d57c1d0e8f602d3b1645c6756ca54"
kind = "reduction-factor.bicycle-distance.co2e"
unit = "gCO2e/km"
convert = "co2_as_co2e"
row_kind = "reduction-factor.bicycle-distance"
zh = "因子"
en = "factor"
"""
FORMULA = '\n[formula.{0}]\nexpression = "{1}"\nkind = "{2}"\nunit = "{3}"\n' + LABEL
MODULE = (
    HEAD.format(id="random-tool", kind="tool")
    + """
[scenario.land]
zh = "地"
en = "land"
evidence_zh = "证"
evidence_en = "proof"
default = "other"
[scenario.land.options]
dry = { zh = "旱", en = "dry" }
wet = { zh = "水", en = "wet" }
other = { zh = "其他", en = "other" }
[input.x]
kind = "reduction"
unit = "kgCO2e"
bounds = ["-400.5", "900"]
zh = "量"
en = "a quantity"
source_zh = "来"
source_en = "source"
[input.y]
kind = "reduction"
unit = "gCO2e"
bounds = [-1000000, 1000000]
default = "2.25"
zh = "量"
en = "a quantity"
source_zh = "来"
source_en = "source"
[param.k]
kind = "ratio"
unit = "1"
value = "0.375"
source = "s"
status = "default"
zh = "量"
en = "a quantity"
[guard.large]
require = "z <= 2 * x + 700 * y"
zh = "过大"
en = "too large"
"""
    + FORMULA.format("z", "if(land is wet, max(x, y) * k, x - y)", "reduction", "gCO2e")
    + EXAMPLE
)
SORTS = """
[axis.sort]
zh = "类"
en = "sort"
[axis.sort.items]
p = { zh = "甲", en = "p" }
q = { zh = "乙", en = "q" }
r = { zh = "丙", en = "r" }
"""
YEARS = """
[axis.year]
zh = "年"
en = "year"
length = 4
first = 0
"""


@dataclass
class Drawn:
    """A document as text, and rows of its columns."""

    text: str
    rows: list[dict[str, int | str | None]]


def _number(draw: st.DrawFn, low: int = -2000, high: int = 2000) -> str:
    """A decimal with up to three places."""
    return f"{draw(st.integers(low * 1000, high * 1000)) / 1000:g}"


LEAVES = [
    "Q1", "Q1", "Q2", "D1 * EF", "D1 * EF", "D2 * EF", "PG", "at(AG, q)", "sum(AG)",
    "lookup(TS, D1)", "lookup(TB, S)", "m.z", "F1", "F1", "F2", "Q1 * K1",
    "K1 * K1 * PG", "Q2 * (K1 - R)",
]  # fmt: skip
DIVISORS = ["3", "0.7", "-4", "R", "pow(R, 2)"]


@st.composite
def _grams(draw: st.DrawFn, depth: int) -> str:
    """A formula in grams of CO2e."""
    if depth == 0:
        return draw(st.sampled_from(LEAVES))
    inner = _grams(depth - 1)
    small = _grams(0)
    match draw(st.integers(0, 15)):
        case 0 | 1:
            return f"({draw(inner)} {draw(st.sampled_from('+-'))} {draw(small)})"
        case 2 | 3:
            return f"({draw(inner)}) * {draw(st.sampled_from(['2', '0.5', '0.37', '0', '7.125']))}"
        case 4:
            return f"({draw(inner)}) / {draw(st.sampled_from(DIVISORS))}"
        case 5:
            return f"-({draw(inner)})"
        case 6:
            return f"{draw(st.sampled_from(['min', 'max']))}({draw(inner)}, {draw(small)})"
        case 7:
            return f"max(0, {draw(inner)})"
        case 8 | 9:
            condition = draw(_conditions())
            return f"if({condition}, {draw(inner)}, {draw(small)})"
        case 10:
            return f"{draw(st.sampled_from(['floor', 'ceil']))}({draw(inner)}, PG)"
        case 11:
            return f"floor(({draw(inner)}) / PG) * PG"
        case 12:
            return f"deduct({draw(inner)}, U, {draw(st.sampled_from(['UC', 'UI']))})"
        case 13:
            return f"sum({draw(st.sampled_from(['min', 'max']))}(AG, {draw(inner)}))"
        case 14:
            test = draw(st.sampled_from(["AG <= Q1", "AG > Q1", "S is a"]))
            return f"sum(if({test}, AG + {draw(small)}, {draw(inner)} - AG), sort)"
        case _:
            return f"sum((index(year) + 1) * ({draw(inner)}), year)"


@st.composite
def _conditions(draw: st.DrawFn) -> str:
    def one() -> str:
        match draw(st.integers(0, 3)):
            case 0:
                return f"S is {draw(st.sampled_from('abc'))}"
            case 1:
                return f"D1 {draw(st.sampled_from(['<=', '<', '>=', '>', '==']))} PD"
            case 2:
                return f"{draw(_grams(0))} {draw(st.sampled_from(['<=', '<', '>']))} 0"
            case _:
                return f"{draw(_grams(0))} {draw(st.sampled_from(['<=', '>']))} {draw(_grams(0))}"

    match draw(st.integers(0, 4)):
        case 0:
            return f"({one()}) and ({one()})"
        case 1:
            return f"not ({one()}) or ({one()})"
        case _:
            return one()


def _input(draw: st.DrawFn, symbol: str, kind: str, units: list[str], low: int, high: int) -> str:
    bottom = draw(st.integers(low, high // 2))
    top = bottom + draw(st.sampled_from([0, 1, 7, 1_000, 50_000, 10**7, 10**10]))
    if kind == "ratio":
        top = bottom + draw(st.integers(0, 60))
    if kind == "uncertainty":
        # Below zero it is implausible; the bounds must leave something above.
        top = draw(st.integers(max(0, bottom), 30))
    default = draw(st.sampled_from(["", "", f'default = "{bottom}"', f'default = "{top}"']))
    return (
        f'\n[input.{symbol}]\ncolumn = "{symbol.lower()}"\nkind = "{kind}"\n'
        f'unit = "{draw(st.sampled_from(units))}"\nbounds = [{bottom}, {top}]\n{default}\n'
        f'source_zh = "来"\nsource_en = "source"\n' + LABEL
    )


def _parameter(symbol: str, kind: str, unit: str, value: str) -> str:
    return (
        f'\n[param.{symbol}]\nkind = "{kind}"\nunit = "{unit}"\nsource = "s"\nstatus = "default"\n'
        f"{value}\n" + LABEL
    )


def _steps(draw: st.DrawFn) -> str:
    ends = sorted(draw(st.sets(st.integers(-500, 3_000), min_size=1, max_size=4)))
    steps = [f'{{ up_to = "{end}", value = "{_number(draw)}" }}' for end in ends]
    if draw(st.booleans()):
        steps.append(f'{{ value = "{_number(draw)}" }}')
    return f"steps = [{', '.join(steps)}]"


def _declared(draw: st.DrawFn, symbol: str) -> str:
    """The declaration of one symbol."""
    match symbol:
        case "Q1" | "Q2":
            return _input(draw, symbol, "reduction", ["gCO2e", "kgCO2e"], -1000, 1000)
        case "D1" | "D2":
            return _input(draw, symbol, "distance.bicycle", ["m", "m", "km"], -100, 1000)
        case "K1":
            return _input(draw, symbol, "ratio", ["1", "%"], -30, 30)
        case "UI":
            return _input(draw, symbol, "uncertainty", ["%"], -20, 20)
        case "EF":
            return FACTOR
        case "PG":
            value = draw(st.sampled_from(["0.5", "3", "250", "-7", "0.013"]))
            return _parameter(symbol, "reduction", "gCO2e", f'value = "{value}"')
        case "PD":
            value = f'value = "{_number(draw, -50, 1000)}"'
            return _parameter(symbol, "distance.bicycle", "m", value)
        case "R":
            value = draw(st.sampled_from(["3", "0.97", "7", "12.5"]))
            return _parameter(symbol, "ratio", "1", f'value = "{value}"')
        case "UC":
            value = draw(st.sampled_from(["0.05", "0.15", "0.2"]))
            return _parameter(symbol, "uncertainty", "1", f'value = "{value}"')
        case "AG":
            values = ", ".join(f'{item} = "{_number(draw)}"' for item in "pqr")
            text = f'axes = ["sort"]\nvalues = {{ {values} }}'
            return _parameter(symbol, "reduction", "kgCO2e", text)
        case "TS":
            return (
                f'\n[table.TS]\nsource = "s"\nkind = "reduction"\nunit = "gCO2e"\n{_steps(draw)}\n'
                'of = { kind = "distance.bicycle", unit = "m" }\n' + LABEL
            )
        case "TB":
            values = ", ".join(f'{option} = "{_number(draw)}"' for option in "abc")
            return (
                '\n[table.TB]\nsource = "s"\nkind = "reduction"\nunit = "gCO2e"\nby = "S"\n'
                f"values = {{ {values} }}\n" + LABEL
            )
        case "U":
            return (
                '\n[deduction.U]\nsource = "s"\nsteps = [{ up_to = "0.10", share = "0" }, '
                '{ up_to = "0.15", share = "0.06" }, { up_to = "0.20", share = "0.11" }]\n' + LABEL
            )
        case "S":
            default = draw(st.sampled_from(["", 'default = "b"']))
            options = "\n".join(f'{option} = {{ zh = "甲", en = "x" }}' for option in "abc")
            return (
                f'\n[scenario.S]\ncolumn = "s"\n{default}\nevidence_zh = "证"\n'
                f'evidence_en = "proof"\n{LABEL}[scenario.S.options]\n{options}\n'
            )
    raise AssertionError(symbol)


SYMBOLS = (
    "Q1",
    "Q2",
    "D1",
    "D2",
    "K1",
    "UI",
    "EF",
    "PG",
    "PD",
    "R",
    "UC",
    "AG",
    "TS",
    "TB",
    "U",
    "S",
)


@st.composite
def documents(draw: st.DrawFn) -> Drawn:
    """A random document, with rows that lie within its bounds, at their ends and beyond."""
    formulas = {"F1": "", "F2": "", "ER": draw(_grams(draw(st.integers(1, 3))))}
    formulas["F2"] = draw(_grams(2)).replace("F2", "F1")
    formulas["F1"] = draw(_grams(2)).replace("F1", "Q1").replace("F2", "Q1")
    passed = draw(st.sampled_from(["Q1", "Q2 - Q1", "D1 * EF", "max(0, Q1)", "PG"]))
    use = (
        f'\n[use.m]\nmodule = "random-tool@1.0.0"\ndigest = "{TOOL_DIGEST}"\n{LABEL}'
        f'[use.m.inputs]\nx = "{passed}"\n'
    )
    if draw(st.booleans()):
        use += 'k = "R"\n'
    guard = draw(_conditions()) if draw(st.booleans()) else ""
    # A module may not use what uses the module.
    formulas["F1"] = formulas["F1"].replace("m.z", "Q2")
    used = _reached(formulas, guard)
    text = HEAD.format(id="random.chengdu", kind="citizen")
    body = "".join(FORMULA.format(name, formulas[name], "reduction", "gCO2e") for name in used)
    if guard:
        body += f'\n[guard.g]\nrequire = "{guard}"\nzh = "不可"\nen = "not so"\n'
    body += use if "m.z" in body else ""
    words = set(re.findall(r"[A-Za-z][A-Za-z0-9]*", body.replace("ER", "")))
    if "TB" in words:
        words.add("S")
    if not words & {"Q1", "Q2", "D1", "D2", "K1"}:
        written = f'expression = "{formulas["ER"]}'
        body = body.replace(f'{written}"', f'{written} + Q1"')
        words.add("Q1")
    text += SORTS if "AG" in words else ""
    text += YEARS if "index" in words else ""
    declared = {name: _declared(draw, name) for name in SYMBOLS if name in words}
    text += "".join(declared.values()) + body
    negative = draw(st.sampled_from(["refuse", "zero"]))
    text += TAIL.format(rounding=draw(st.sampled_from(["down", "up"])), negative=negative) + EXAMPLE
    cells: dict[str, st.SearchStrategy[int | str | None]] = {}
    for name, section in declared.items():
        if found := re.search(r"bounds = \[(-?\d+), (-?\d+)\]", section):
            low, high = int(found[1]), int(found[2])
            inside = st.integers(low, high)
            near = st.sampled_from([low - 1, low, high, high + 1])
            # Mostly inside: a row is refused for the first reason, which hides all others.
            usual = st.integers(0, 11).flatmap(
                lambda die, here=inside, ends=near: (
                    here if die < 10 else ends if die == 10 else st.none()
                )
            )
            cells[name.lower()] = usual
    if "S" in declared:
        cells["s"] = st.sampled_from([*"abcabcabcabc", "x", None])
    rows = draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=10))
    return Drawn(text, rows)


def _reached(formulas: dict[str, str], guard: str) -> list[str]:
    """The formulas that the result or the guard needs, in order."""
    found, waiting = set(), ["ER", *re.findall(r"F[12]", guard)]
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting += [other for other in re.findall(r"F[12]", formulas[name]) if other not in found]
    return [name for name in formulas if name in found]
