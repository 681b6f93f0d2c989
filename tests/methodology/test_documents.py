"""Documents broken in one place each are refused by name, in both languages, at the right line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tanhui.methodology.library import check_content
from tanhui.methodology.problems import Problem

BIKE = "chengdu/methodologies/citizen/shared-bike.toml"
UNITS = "common/units.toml"
GWP = "common/gwp.toml"
FACTORS = "common/factors/shared-cycling.toml"


@dataclass(frozen=True)
class Broken:
    """One change to one file, and what must be said of it."""

    name: str
    file: str
    old: str
    new: str
    code: str
    key: str
    zh: str
    en: str


CASES = [
    Broken(
        "not TOML", BIKE, 'id = "shared', "id = shared", "not_toml", "", "TOML 语法", "not TOML"
    ),
    Broken(
        "key twice",
        BIKE,
        'status = "published"',
        'status = "published"\nstatus = "draft"',
        "not_toml",
        "",
        "TOML 语法",
        "not TOML",
    ),
    Broken(
        "misspelt key",
        BIKE,
        "bounds = ",
        "buonds = ",
        "unknown_key",
        "input.d.buonds",
        "是否应为 bounds",
        "did you mean bounds",
    ),
    Broken(
        "unknown top table",
        BIKE,
        "[evidence]",
        "[guard]\nx = 1\n\n[evidence]",
        "unknown_key",
        "guard",
        "未知的键 guard",
        "unknown key guard",
    ),
    Broken(
        "unknown inner key",
        BIKE,
        "valid = { from = 2020-01-01 }",
        "valid = { from = 2020-01-01, til = 2021-01-01 }",
        "unknown_key",
        "methodology.valid.til",
        "未知的键 til",
        "unknown key til",
    ),
    Broken(
        "missing key",
        BIKE,
        'kind = "distance.bicycle"\n',
        "",
        "missing_key",
        "input.d.kind",
        "缺少必填的键 kind",
        "missing key kind",
    ),
    Broken(
        "missing label",
        BIKE,
        'zh = "骑行距离"\n',
        "",
        "missing_key",
        "input.d.zh",
        "缺少必填的键 zh",
        "missing key zh",
    ),
    Broken(
        "empty label",
        BIKE,
        'zh = "骑行距离"',
        'zh = " "',
        "empty_text",
        "input.d.zh",
        "zh 不能为空",
        "zh must not be empty",
    ),
    Broken(
        "wrong type",
        BIKE,
        "bounds = [0, 720000]",
        'bounds = "0..720000"',
        "wrong_type",
        "input.d.bounds",
        "应为整数列表",
        "expected a list of whole numbers",
    ),
    Broken(
        "a fraction as bound",
        BIKE,
        "bounds = [0, 720000]",
        "bounds = [0, 720000.5]",
        "wrong_type",
        "input.d.bounds",
        "2 个整数",
        "2 whole numbers",
    ),
    Broken(
        "bounds upside down",
        BIKE,
        "bounds = [0, 720000]",
        "bounds = [720000, 0]",
        "impossible_bounds",
        "input.d.bounds",
        "由小到大",
        "in order",
    ),
    Broken(
        "absurd bounds",
        BIKE,
        "bounds = [0, 720000]",
        "bounds = [0, 9007199254740993]",
        "impossible_bounds",
        "input.d.bounds",
        "2^53",
        "2^53",
    ),
    Broken(
        "version",
        BIKE,
        'version = "1.0.0"',
        'version = "1.0"',
        "malformed_value",
        "methodology.version",
        "格式不对",
        "malformed",
    ),
    Broken(
        "status",
        BIKE,
        'status = "published"',
        'status = "final"',
        "unknown_value",
        "methodology.status",
        "应为其一:draft, published",
        "not one of: draft, published",
    ),
    Broken(
        "validity upside down",
        BIKE,
        "valid = { from = 2020-01-01 }",
        "valid = { from = 2020-01-01, to = 2019-01-01 }",
        "ends_before_start",
        "methodology.valid.to",
        "止日早于起日",
        "`to` is before `from`",
    ),
    Broken(
        "a time as a day",
        BIKE,
        "valid = { from = 2020-01-01 }",
        "valid = { from = 2020-01-01T00:00:00 }",
        "wrong_type",
        "methodology.valid.from",
        "应为日期",
        "expected a date",
    ),
    Broken(
        "unknown unit",
        BIKE,
        'unit = "gCO2e/km"',
        'unit = "gCO2e/kilometre"',
        "unknown_unit",
        "factor.EF.unit",
        "没有单位 kilometre",
        "no unit kilometre",
    ),
    Broken(
        "malformed unit",
        BIKE,
        'unit = "gCO2e/km"',
        'unit = "gCO2e//km"',
        "malformed_unit",
        "factor.EF.unit",
        "写法有误",
        "malformed",
    ),
    Broken(
        "missing unit",
        BIKE,
        'kind = "reduction"\nunit = "gCO2e"\n',
        'kind = "reduction"\n',
        "missing_key",
        "formula.ER.unit",
        "缺少必填的键 unit",
        "missing key unit",
    ),
    Broken(
        "unknown kind",
        BIKE,
        'kind = "distance.bicycle"',
        'kind = "distance.bike"',
        "unknown_kind",
        "input.d.kind",
        "没有类别 distance.bike",
        "no kind distance.bike",
    ),
    Broken(
        "kind and unit differ",
        BIKE,
        'kind = "distance.bicycle"\nunit = "m"',
        'kind = "distance.bicycle"\nunit = "step"',
        "unit_mismatch",
        "input.d.unit",
        "应为 长度,实为 步数",
        "expected length, found steps",
    ),
    Broken(
        "shown in another quantity",
        BIKE,
        'shown_in = "km"',
        'shown_in = "person.km"',
        "unit_mismatch",
        "input.d.shown_in",
        "不是同一种量",
        "does not measure",
    ),
    Broken(
        "CO2 for CO2e",
        BIKE,
        '\nunit = "mgCO2e"\nround',
        '\nunit = "mgCO2"\nround',
        "kind_mismatch",
        "result.unit",
        "二氧化碳当量质量",
        "mass of CO2 equivalent",
    ),
    Broken(
        "no conversion",
        BIKE,
        'convert = "co2_as_co2e"\nrow_kind = "reduction-factor.bicycle-distance"\n',
        "",
        "kind_mismatch",
        "factor.EF.kind",
        "应为 reduction-factor.bicycle-distance.co2e",
        "expected reduction-factor.bicycle-distance.co2e",
    ),
    Broken(
        "unknown conversion",
        BIKE,
        "co2_as_co2e",
        "carbon_as_co2",
        "unknown_value",
        "factor.EF.convert",
        "应为其一:co2_as_co2e",
        "not one of: co2_as_co2e",
    ),
    Broken(
        "row of another kind",
        BIKE,
        'row_kind = "reduction-factor.bicycle-distance"',
        'row_kind = "reduction-factor.bicycle-person-distance"',
        "kind_mismatch",
        "factor.EF.row_kind",
        "应为 reduction-factor.bicycle-person-distance",
        "expected reduction-factor.bicycle-person-distance",
    ),
    Broken(
        "per person-kilometre",
        BIKE,
        'key = "beh.sharedbike.meituan"',
        'key = "beh.sharedbike.hello"',
        "kind_mismatch",
        "factor.EF.unit",
        "人数",
        "persons",
    ),
    Broken(
        "no such factor",
        BIKE,
        'key = "beh.sharedbike.meituan"',
        'key = "beh.sharedbike.x"',
        "no_such_factor",
        "factor.EF.key",
        "没有因子",
        "there is no factor",
    ),
    Broken(
        "factor row edited",
        FACTORS,
        'value = "48.7"',
        'value = "48.8"',
        "factor_row_changed",
        "factor.EF.row",
        "与所钉住的行不同",
        "not the pinned row",
    ),
    Broken(
        "methodology outlives factor",
        BIKE,
        "valid = { from = 2020-01-01 }",
        "valid = { from = 2019-12-31 }",
        "factor_not_valid",
        "factor.EF.key",
        "不覆盖方法学",
        "the methodology 2019-12-31/..",
    ),
    Broken(
        "unknown symbol",
        BIKE,
        '"d * EF"',
        '"d * EE"',
        "unknown_symbol",
        "formula.ER.expression",
        "第 5 列:没有符号 EE",
        "column 5: no symbol EE",
    ),
    Broken(
        "unfinished formula",
        BIKE,
        '"d * EF"',
        '"d * "',
        "syntax_error",
        "formula.ER.expression",
        "公式却已结束",
        "found the end",
    ),
    Broken(
        "two operands",
        BIKE,
        '"d * EF"',
        '"d EF"',
        "syntax_error",
        "formula.ER.expression",
        "第 3 列:应为运算符,实为 EF",
        "column 3: expected an operator, found EF",
    ),
    Broken(
        "strange character",
        BIKE,
        '"d * EF"',
        '"d ^ EF"',
        "unexpected_character",
        "formula.ER.expression",
        "不能识别的字符 '^'",
        "unexpected character '^'",
    ),
    Broken(
        "unknown function",
        BIKE,
        '"d * EF"',
        '"exp(d) * EF"',
        "unknown_function",
        "formula.ER.expression",
        "没有函数 exp",
        "no function exp",
    ),
    Broken(
        "one argument",
        BIKE,
        '"d * EF"',
        '"max(d * EF)"',
        "too_few_arguments",
        "formula.ER.expression",
        "至少要 2 个参数",
        "at least 2 arguments",
    ),
    Broken(
        "adding metres to grams",
        BIKE,
        '"d * EF"',
        '"d * EF + d"',
        "unit_mismatch",
        "formula.ER.expression",
        "第 8 列:+ 的单位不符",
        "column 8: + is of the wrong unit",
    ),
    Broken(
        "formula of another quantity",
        BIKE,
        '"d * EF"',
        '"d * d * EF"',
        "unit_mismatch",
        "formula.ER.expression",
        "ER 的单位不符",
        "ER is of the wrong unit",
    ),
    Broken(
        "circular formula",
        BIKE,
        '"d * EF"',
        '"d * EF + ER"',
        "circular_formula",
        "formula",
        "公式互相循环:ER → ER",
        "the formulas form a circle: ER → ER",
    ),
    Broken(
        "dead formula",
        BIKE,
        "[result]",
        '[formula.X]\nexpression = "d * EF"\nkind = "reduction"\nunit = "gCO2e"\n'
        'zh = "无用"\nen = "unused"\n\n[result]',
        "dead_symbol",
        "formula.X",
        "没有任何公式使用",
        "used by no formula",
    ),
    Broken(
        "symbol twice",
        BIKE,
        "[formula.ER]",
        "[formula.EF]",
        "duplicate_symbol",
        "formula.EF",
        "符号 EF 重复",
        "the symbol EF is declared twice",
    ),
    Broken(
        "symbol named as a function",
        BIKE,
        "[formula.ER]",
        "[formula.min]",
        "malformed_symbol",
        "formula.min",
        "不能作符号",
        "cannot be a symbol",
    ),
    Broken(
        "result of nothing",
        BIKE,
        'formula = "ER"',
        'formula = "BE"',
        "unknown_value",
        "result.formula",
        "应为其一:ER",
        "not one of: ER",
    ),
    Broken(
        "unknown rounding",
        BIKE,
        'round = "down"',
        'round = "nearest"',
        "unknown_value",
        "result.round",
        "应为其一:down, up",
        "not one of: down, up",
    ),
    Broken(
        "missing grade",
        BIKE,
        'D = { zh = "个人申报,无独立记录", '
        'en = "Declared by the person, without an independent record" }\n',
        "",
        "missing_key",
        "evidence.D",
        "缺少必填的键 D",
        "missing key D",
    ),
    Broken(
        "example without answer",
        BIKE,
        'refused = "out_of_bounds"\n',
        "",
        "example_without_answer",
        "example.5",
        "且只有其一",
        "needs either",
    ),
    Broken(
        "example with a number",
        BIKE,
        'value = "2.431"',
        "value = 2.431",
        "wrong_type",
        "example.1.inputs.d.value",
        "应为文本",
        "expected text",
    ),
    Broken(
        "example that fails",
        BIKE,
        'value = "48", unit',
        'value = "49", unit',
        "example_fails",
        "example.3",
        "为 48 mgCO2e,示例却写 49",
        "is 48 mgCO2e, the example says 49",
    ),
    Broken(
        "example of no output",
        BIKE,
        'expected = { reduction_mg = { value = "48"',
        'expected = { grams = { value = "48"',
        "example_fails",
        "example.3",
        "没有输出 grams",
        "there is no output grams",
    ),
    Broken(
        "published file changed",
        BIKE,
        'en = "Distance ridden"',
        'en = "Distance"',
        "published_changed",
        "methodology.shared-bike.chengdu@1.0.0",
        "改动须用新版本",
        "a change is a new version",
    ),
    Broken(
        "published without a lock",
        BIKE,
        'version = "1.0.0"',
        'version = "1.0.1"',
        "not_in_lock",
        "methodology.shared-bike.chengdu@1.0.1",
        "应写入 sha256:",
        "its line is",
    ),
    Broken(
        "published file gone",
        BIKE,
        'status = "published"',
        'status = "draft"',
        "published_gone",
        "methodology.shared-bike.chengdu@1.0.0",
        "不见了",
        "is gone",
    ),
    Broken(
        "factor value as a number",
        FACTORS,
        'value = "48.7"',
        "value = 48.7",
        "wrong_type",
        "factor.0.value",
        "应为文本",
        "expected text",
    ),
    Broken(
        "factor undefined",
        FACTORS,
        'value = "48.7"',
        'value = "undefined"',
        "malformed_value",
        "factor.0.value",
        "格式不对",
        "malformed",
    ),
    Broken(
        "factor twice",
        FACTORS,
        'key = "beh.sharedbike.hello"',
        'key = "beh.sharedbike.meituan"',
        "duplicate_factor",
        "factor.1.key",
        "重复",
        "twice",
    ),
    Broken(
        "factor without source",
        FACTORS,
        'source = "哈啰 共享两轮碳减排企业标准"\n',
        "",
        "missing_key",
        "factor.1.source",
        "缺少必填的键 source",
        "missing key source",
    ),
    Broken(
        "unit of no quantity",
        UNITS,
        'km = { quantity = "length"',
        'km = { quantity = "lenght"',
        "unknown_value",
        "unit.km.quantity",
        "应为其一",
        "not one of",
    ),
    Broken(
        "unit of no size",
        UNITS,
        'km = { quantity = "length", scale = "1000"',
        'km = { quantity = "length", scale = "0"',
        "malformed_value",
        "unit.km.scale",
        "比例须为正的有理数",
        "must be positive",
    ),
    Broken(
        "conversion from nothing",
        GWP,
        'from = "gCO2"',
        'from = "gC"',
        "unknown_unit",
        "conversion.co2_as_co2e.from",
        "没有单位 gC",
        "no unit gC",
    ),
]


def _break(root: Path, case: Broken) -> tuple[Path, int]:
    """Apply the change; the file and the line where it starts."""
    path = root / case.file
    text = path.read_text(encoding="utf-8")
    assert case.old in text, "the case no longer fits the file"
    path.write_text(text.replace(case.old, case.new, 1), encoding="utf-8")
    return path, text[: text.index(case.old)].count("\n") + 1


def _named(problems: list[Problem], case: Broken) -> Problem:
    found = [item for item in problems if (item.code, item.key) == (case.code, case.key)]
    assert found, [item.text("en") for item in problems]
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_is_refused_by_name_in_both_languages(copy: Path, case: Broken) -> None:
    _break(copy, case)
    problem = _named(check_content(copy), case)
    assert case.zh in problem.zh
    assert case.en in problem.en
    assert re.search("[\u4e00-\u9fff]", problem.zh)
    assert not re.search("[\u4e00-\u9fff]", problem.en)


@pytest.mark.parametrize(
    "name", ["misspelt key", "unknown symbol", "factor value as a number", "dead formula"]
)
def test_the_fault_is_named_at_its_own_line(copy: Path, name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    path, line = _break(copy, case)
    problem = _named(check_content(copy), case)
    assert (problem.path, problem.line) == (path, line)
    assert problem.text("en").startswith(f"{path}:{line}: {case.key}: {case.code}: ")


def test_one_reading_names_every_fault(copy: Path) -> None:
    for name in ("misspelt key", "empty label", "unknown rounding"):
        _break(copy, next(case for case in CASES if case.name == name))
    codes = {problem.code for problem in check_content(copy)}
    assert {"unknown_key", "missing_key", "empty_text", "unknown_value"} <= codes


def test_the_untouched_copy_has_no_fault(copy: Path) -> None:
    assert check_content(copy) == []


def test_a_file_that_is_not_utf8_is_refused(copy: Path) -> None:
    path = copy / BIKE
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert [item.code for item in check_content(copy)][:1] == ["not_utf8"]


def test_the_same_document_twice_is_refused(copy: Path) -> None:
    path = copy / BIKE
    (path.parent / "again.toml").write_bytes(path.read_bytes())
    assert [item.code for item in check_content(copy)] == ["duplicate_document"]


def test_comments_and_layout_do_not_change_a_digest(copy: Path) -> None:
    path = copy / BIKE
    text = path.read_text(encoding="utf-8").replace("bounds = [0, 720000]", "bounds=[0,720_000]")
    path.write_text("# A remark.\n" + text, encoding="utf-8")
    assert check_content(copy) == []
