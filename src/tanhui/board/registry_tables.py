"""The registers as tables to take away: their columns, what each means, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from tanhui.board.open_data import Column
from tanhui.projects import queries as projects
from tanhui.projects.queries import Project
from tanhui.registry import published
from tanhui.registry import queries as registry

One = TypeVar("One")
Rows = Iterator[list[tuple[Any, ...]]]
_AT_ONCE = 1_000
_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("s", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what a row is, its columns, and how its rows are read in runs."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    rows: Callable[[], Rows]

    @property
    def schema(self) -> pa.Schema:
        """The columns' types."""
        return pa.schema([(column.name, _TYPES[column.type]) for column in self.columns])


def _column(name: str, type: str, zh: str, en: str, unit: str = "") -> Column:
    return Column(name, type, unit, zh, en)


_LOG = _column("log_index", "integer", "公开日志里的位置，从 0 数起。", "Its place in the log.")
_CODE = _column("project", "text", "项目编号。", "The project's code.")
_VINTAGE = _column("vintage", "integer", "减排发生的年份。", "The year of the reduction.")
_FIRST = _column("first", "integer", "第一个号，含。", "The first number, included.")
_LAST = _column("last", "integer", "最后一个号，含。", "The last number, included.")


def _pages(
    read: Callable[[int | None], list[One]], place: Callable[[One], int]
) -> Iterator[list[One]]:
    """Runs of a list that goes on after a place."""
    after: int | None = None
    while found := read(after):
        yield found
        after = place(found[-1])


def _public_projects() -> Iterator[list[Project]]:
    return _pages(
        lambda after: projects.projects_page(after=after, limit=_AT_ONCE), lambda one: one.id
    )


def _projects() -> Rows:
    for run in _public_projects():
        yield [
            (
                one.code,
                one.name_zh,
                one.name_en,
                one.owner.name_zh,
                one.owner.name_en,
                one.owner.credit_code,
                one.methodology,
                one.digest,
                one.field,
                one.district or None,
                one.state,
                one.simplified,
                one.simulated,
                one.filed_at,
                one.registered_at,
                one.crediting_first,
                one.crediting_last,
                one.cap_kg,
                one.buffer_percent,
            )
            for one in run
        ]


def _documents() -> Rows:
    for run in _public_projects():
        yield [
            (one.code, paper.kind, paper.title, version.number, version.sha256, version.size)
            for one in run
            for paper in projects.all_documents(one.id)
            for version in paper.versions
        ]


def _issuances() -> Rows:
    for run in _pages(
        lambda before: registry.issuances(before=before, limit=_AT_ONCE), lambda one: one.first
    ):
        yield [
            (
                str(one.event_id),
                one.project_code,
                one.vintage,
                one.first,
                one.last,
                one.kg,
                one.buffer_kg,
                str(one.said.get("methodology", "")),
                str(one.said.get("digest", "")),
                one.verifier_key,
                one.signature,
                one.at,
                one.log_index,
            )
            for one in run
        ]


def _movements() -> Rows:
    for run in published.movements():
        yield [
            (
                str(one.event_id),
                one.kind,
                one.at,
                one.project_code,
                one.vintage,
                one.first,
                one.last,
                one.kg,
                one.from_account or None,
                one.to_account,
                one.price_fen,
                one.log_index,
            )
            for one in run
        ]


def _retirements() -> Rows:
    for run in _pages(
        lambda before: registry.retirements(state="retired", before=before, limit=_AT_ONCE),
        lambda one: one.serial,
    ):
        yield [
            (
                one.number,
                one.kg,
                one.beneficiary_kind,
                *(
                    (None, None)
                    if one.beneficiary_kind == "person"
                    else (one.beneficiary_zh or None, one.beneficiary_en or None)
                ),
                one.purpose_zh,
                one.purpose_en,
                one.ended_at,
                one.commitment.hex() if one.commitment else None,
                one.invalid_kg,
                one.replaced_kg,
                one.disputed,
                one.log_index,
            )
            for one in run
        ]


def _equation() -> Rows:
    found = registry.equations()
    if found:
        yield [
            (
                each.project_code,
                each.vintage,
                each.equation.issued_kg,
                each.equation.held_kg,
                each.equation.reserved_kg,
                each.equation.retired_kg,
                each.equation.cancelled_kg,
            )
            for each in found
        ]


PROJECTS = Table(
    "projects",
    "公开的项目，一行一个",
    "Public projects, one to a row",
    (
        _CODE,
        _column("name_zh", "text", "中文名称。", "The name in Chinese."),
        _column("name_en", "text", "英文名称。", "The name in English."),
        _column("owner_zh", "text", "业主。", "The owner, in Chinese."),
        _column("owner_en", "text", "业主英文名。", "The owner, in English."),
        _column("owner_code", "text", "统一社会信用代码。", "The owner's unified credit code."),
        _column("methodology", "text", "方法学和版本。", "The methodology and its version."),
        _column("digest", "text", "该版本的摘要。", "That version's digest."),
        _column("field", "text", "领域代号。", "The topic's code."),
        _column("district", "text", "区划代码；跨区为空。", "The district; empty for several."),
        _column("state", "text", "状态，见下表。", "The state; see below."),
        _column("simplified", "boolean", "是否简化申报。", "Whether filed in the simple way."),
        _column("simulated", "boolean", "是否模拟。", "Whether it is invented."),
        _column("filed_at", "time", "递交时间。", "When it was filed."),
        _column("registered_at", "time", "登记时间。", "When it was registered."),
        _column("crediting_first", "date", "计入期首日。", "The first day that counts."),
        _column("crediting_last", "date", "计入期末日，含。", "The last day that counts."),
        _column("cap_kg", "integer", "每年签发上限。", "The most issued for a year.", "kg CO2e"),
        _column("buffer_percent", "integer", "留作缓冲。", "Kept as a buffer.", "%"),
    ),
    _projects,
)
DOCUMENTS = Table(
    "documents",
    "项目文件的每一版，只有摘要",
    "Every version of the projects' papers, by hash alone",
    (
        _CODE,
        _column("kind", "text", "文件种类代号。", "The kind of paper."),
        _column("title", "text", "标题。", "The title."),
        _column("version", "integer", "第几版。", "The version's number."),
        _column("sha256", "text", "文件的 SHA-256。", "The file's SHA-256."),
        _column("size", "integer", "字节数。", "Its size.", "byte"),
    ),
    _documents,
)
ISSUANCES = Table(
    "issuances",
    "每次签发，连同核证方的签名",
    "Every issuance with the verifier's own signature",
    (
        _column("event", "text", "签发的编号。", "The event's id."),
        _CODE,
        _VINTAGE,
        _FIRST,
        _LAST,
        _column("kg", "integer", "签发多少，含缓冲。", "How much, the buffer included.", "kg CO2e"),
        _column("buffer_kg", "integer", "其中缓冲。", "Of it the buffer.", "kg CO2e"),
        _column("methodology", "text", "方法学和版本。", "The methodology and its version."),
        _column("digest", "text", "该版本的摘要。", "That version's digest."),
        _column("verifier_key", "text", "核证方公钥。", "The verifier's public key."),
        _column("signature", "text", "核证方签名，base64。", "The verifier's signature, base64."),
        _column("at", "time", "时间。", "When."),
        _LOG,
    ),
    _issuances,
)
MOVEMENTS = Table(
    "movements",
    "每一段号码的每次变动，从签发到注销",
    "Every move of every run of numbers, from issuance to retirement",
    (
        _column(
            "event", "text", "事件编号；一次可有几段。", "The event's id; it may move several."
        ),
        _column("kind", "text", "种类，见下表。", "What kind; see below."),
        _column("at", "time", "时间。", "When."),
        _CODE,
        _VINTAGE,
        _FIRST,
        _LAST,
        _column("kg", "integer", "多少。", "How much.", "kg CO2e"),
        _column("from_account", "text", "从哪个账户；签发为空。", "From; empty at the issue."),
        _column("to_account", "text", "到哪个账户。", "The account it is in afterwards."),
        _column("price_fen", "integer", "申报的成交价。", "The price that was told.", "0.01 CNY/t"),
        _LOG,
    ),
    _movements,
)
RETIREMENTS = Table(
    "retirements",
    "每次注销",
    "Every retirement that is final",
    (
        _column("number", "text", "证书编号。", "The certificate's number."),
        _column("kg", "integer", "多少。", "How much.", "kg CO2e"),
        _column("beneficiary_kind", "text", "机构、活动或个人。", "Organisation, event or person."),
        _column("beneficiary_zh", "text", "为谁；个人不公布。", "For whom; no person is named."),
        _column("beneficiary_en", "text", "同上，英文。", "The same, in English."),
        _column("purpose_zh", "text", "用途。", "What for, in Chinese."),
        _column("purpose_en", "text", "同上，英文。", "What for, in English."),
        _column("at", "time", "锁定时间。", "When it became final."),
        _column("commitment", "text", "证书的加盐承诺。", "The salted commitment."),
        _column("invalid_kg", "integer", "后来不算数的。", "Found not to count.", "kg CO2e"),
        _column("replaced_kg", "integer", "用缓冲补足的。", "Replaced from buffers.", "kg CO2e"),
        _column("disputed", "boolean", "是否有争议。", "Whether it is disputed now."),
        _LOG,
    ),
    _retirements,
)
EQUATION = Table(
    "equation",
    "签发等于持有、预留、注销、取消之和",
    "Issued = held + reserved + retired + cancelled",
    (
        _CODE,
        _VINTAGE,
        *(
            _column(f"{name}_kg", "integer", zh, en, "kg CO2e")
            for name, zh, en in (
                ("issued", "签发。", "Issued."),
                ("held", "持有。", "Held."),
                ("reserved", "预留。", "Reserved."),
                ("retired", "已注销。", "Retired."),
                ("cancelled", "已作废。", "Cancelled."),
            )
        ),
    ),
    _equation,
)
TABLES = {
    table.name: table
    for table in (PROJECTS, ISSUANCES, MOVEMENTS, RETIREMENTS, EQUATION, DOCUMENTS)
}
# The words that stand for themselves in the tables, and what they mean.
CODES: tuple[tuple[str, str, str], ...] = (
    ("issue", "签发", "issued"),
    ("transfer", "转让", "transferred"),
    ("reserve", "申请注销", "reserved to be retired"),
    ("undo", "撤回注销", "the retirement was undone"),
    ("retire", "注销", "retired"),
    ("aside", "冻结、质押或法院保全", "frozen, pledged or held by a court"),
    ("release", "解除", "released"),
    ("cancel", "取消", "cancelled"),
    ("replace", "用缓冲补足", "replaced from the buffer"),
)


def batches(table: Table) -> Iterable[pa.RecordBatch]:
    """A table's rows in runs; at least one run, which may be empty."""
    schema = table.schema
    yield pa.RecordBatch.from_pylist([], schema=schema)
    for run in table.rows():
        columns = zip(*run, strict=True) if run else ([] for _ in schema)
        yield pa.RecordBatch.from_arrays(
            [
                pa.array(list(column), type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ],
            schema=schema,
        )
