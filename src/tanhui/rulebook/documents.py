"""What a rule's file says of itself: its kind, name, version, days and digest.

Four kinds of documents are rules. What else a document says is checked by the room that uses it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology import canonical
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.publishing import HEADS
from tanhui.methodology.tomlfile import TomlFile

KINDS = tuple(HEADS)
_FOLDERS = {
    "methodology": "methodologies/**",
    "tariff": "tariffs",
    "limit": "limits",
    "detector": "detectors",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one rule, by its own words. `path` is relative to its content folder.

    It is in force from `valid_from` to `valid_until`, both included; None is no end.
    """

    kind: str
    id: str
    version: str
    digest: str
    valid_from: date
    valid_until: date | None
    title_zh: str
    title_en: str
    path: str

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    @property
    def order(self) -> tuple[int, ...]:
        """The version as numbers, to be compared."""
        return version_order(self.version)


def version_order(version: str) -> tuple[int, ...]:
    """A version such as `2.10.0` as numbers; what is none comes before all."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(map(str.isdigit, parts)) else ()


def _day(value: object) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def read_document(path: Path, root: Path) -> Document:
    """The head of one file under `root`.

    Raises ContentRefused where it is no TOML, or where its head lacks what makes it a rule.
    """
    file = TomlFile(path)
    kind = next((kind for kind in HEADS if isinstance(file.data.get(kind), dict)), None)
    if kind is None:
        known = "、".join(f"[{each}]" for each in KINDS)
        zh = f"看不出是哪种规则：第一张表应是{known}之一"
        en = "it is no rule: its first table must be one of " + ", ".join(
            f"[{each}]" for each in KINDS
        )
        raise ContentRefused([Problem(path, 1, "", "unknown_kind", zh, en)])
    head: dict[str, Any] = file.data[kind]
    prefix = "" if kind == "methodology" else "title_"
    begins, ends = head.get("valid_from"), head.get("valid_until")
    if kind == "methodology":
        valid = head.get("valid")
        begins, ends = (valid.get("from"), valid.get("to")) if isinstance(valid, dict) else (0, 0)
    day_key = "valid" if kind == "methodology" else "valid_from"
    found = {
        HEADS[kind]: head.get(HEADS[kind]),
        "version": head.get("version"),
        f"{prefix}zh": head.get(f"{prefix}zh"),
        f"{prefix}en": head.get(f"{prefix}en"),
    }
    missing = [key for key, value in found.items() if not isinstance(value, str) or not value]
    if _day(begins) is None:
        missing.append(day_key)
    if missing:
        raise ContentRefused(
            [
                Problem(
                    path,
                    file.line((kind,)),
                    f"{kind}.{key}",
                    "missing_key",
                    f"缺少 {key}，或写法不对",
                    f"{key} is missing, or not written as it should be",
                )
                for key in missing
            ]
        )
    name, version, zh, en = map(str, found.values())
    return Document(
        kind=kind,
        id=name,
        version=version,
        digest=_digest(kind, file),
        valid_from=_day(begins) or date.min,
        valid_until=_day(ends),
        title_zh=zh,
        title_en=en,
        path=path.relative_to(root).as_posix(),
    )


def _digest(kind: str, file: TomlFile) -> str:
    """As the lock has it: of the canonical content of a methodology, of any other file's bytes."""
    if kind == "methodology":
        return canonical.digest(file.data)
    return f"sha256:{hashlib.sha256(file.source.encode()).hexdigest()}"


def documents(root: Path) -> list[Document]:
    """Every published rule under a content folder; drafts are none. Raises ContentRefused."""
    return [document for path, document in _each(root) if _published(path, document)]


def _each(root: Path) -> Iterator[tuple[Path, Document]]:
    for folder in _FOLDERS.values():
        for path in sorted(root.glob(f"*/{folder}/*.toml")):
            yield path, read_document(path, root)


def _published(path: Path, document: Document) -> bool:
    if document.kind != "methodology":
        return True
    return bool(TomlFile(path).data["methodology"].get("status") == "published")


def place_of(document: Document, beside: str) -> str:
    """Where a new version lies: beside the one it follows, under a name of its own."""
    folder = beside.rpartition("/")[0]
    if document.kind == "detector":
        return f"{folder}/{document.id}.v{document.version}.toml"
    return f"{folder}/{document.id}@{document.version}.toml"


def kind_named(kind: str) -> str:
    """The kind itself; refuses `no_such_kind_of_rule`."""
    if kind not in KINDS:
        raise Invalid(
            "no_such_kind_of_rule",
            zh="没有“{kind}”这类规则；有：{known}。",
            en="There is no kind of rule “{kind}”; there are: {known}.",
            kind=kind,
            known=", ".join(KINDS),
        )
    return kind
