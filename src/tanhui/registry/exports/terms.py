"""How a city's projects are told in the words of other schemas: `content/<city>/exports.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.registry.exports.schema import Schema, read_schema

CAD_TRUST, OFFSETSDB = "cad-trust", "offsetsdb"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """What a field or a methodology is called by CAD Trust and by OffsetsDB."""

    sectors: tuple[str, ...]
    types: tuple[str, ...]
    unit: str
    category: str
    project_type: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The city's own names, and the words for its fields, methodologies and bodies."""

    registry: str
    program_zh: str
    program_en: str
    program_id: str
    region: str
    fields: Mapping[str, Words]
    methodologies: Mapping[str, Words]
    bodies: Mapping[str, str]

    def words(self, methodology: str, field: str) -> Words:
        """The words for a project of the methodology `id@version` in this field."""
        own = self.methodologies.get(methodology.partition("@")[0])
        return own or self.fields.get(field) or self.fields[OTHER]


def _words(section: Section) -> Words:
    with section:
        return Words(
            sectors=section.texts("sectors"),
            types=section.texts("types"),
            unit=section.text("unit"),
            category=section.text("category"),
            project_type=section.text("project_type"),
        )


def read_terms(path: Path) -> Terms:
    """The terms of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("exports") as head:
            head.day("valid_from")
            head.text("basis", choices=("assumed", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
            registry, region = head.text("registry"), head.text("region")
            program_zh, program_en = head.text("program_zh"), head.text("program_en")
            program_id = head.text("program_id")
        fields = {name: _words(section) for name, section in root.named("field").items()}
        if OTHER not in fields:
            root.report("field", "missing_key", "缺少 field.other", "missing key field.other")
        own = {name: _words(section) for name, section in root.named("methodology").items()}
        terms = Terms(
            registry=registry,
            program_zh=program_zh,
            program_en=program_en,
            program_id=program_id,
            region=region,
            fields=fields,
            methodologies=own,
            bodies=root.texts_by_name("body", required=False),
        )
    file.finish()
    return terms


def _schema_path(content_root: Path, name: str) -> Path:
    return content_root / "common" / "exports" / f"{name}.toml"


@cache
def schema(content_root: Path, name: str) -> Schema:
    """The schema `cad-trust` or `offsetsdb`; raises ContentRefused."""
    return read_schema(_schema_path(content_root, name))


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob("*/exports.toml")))


def city_terms(content_root: Path) -> Terms:
    """The city's terms; refuses `no_export_terms`."""
    path = next(_files(content_root), None)
    if path is None:
        raise NotFound(
            "no_export_terms",
            zh="内容目录里没有 exports.toml，不知道怎样对应其他登记簿的词表。",
            en="The content holds no exports.toml, so nobody knows how others call its fields.",
        )
    return read_terms(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the schemas and of the terms, words that no schema knows included."""
    problems: list[Problem] = []
    schemas: dict[str, Schema] = {}
    for name in (CAD_TRUST, OFFSETSDB):
        try:
            schemas[name] = read_schema(_schema_path(content_root, name))
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    for path in _files(content_root):
        try:
            terms = read_terms(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        if len(schemas) == 2:
            problems.extend(_unknown(path, terms, schemas[CAD_TRUST], schemas[OFFSETSDB]))
    return problems


def _unknown(path: Path, terms: Terms, cad: Schema, offsets: Schema) -> Iterator[Problem]:
    for key, words in (*terms.fields.items(), *terms.methodologies.items()):
        asked = [
            *((word, cad.words["project_sector"]) for word in words.sectors),
            *((word, cad.words["project_type"]) for word in words.types),
            (words.unit, cad.words["unit_type"]),
            (words.category, offsets.words["category"]),
        ]
        for word, known in asked:
            if word not in known:
                yield _problem(path, key, word)
    for code, name in terms.bodies.items():
        if name not in cad.words["body"]:
            yield _problem(path, f"body.{code}", name)


def _problem(path: Path, key: str, word: str) -> Problem:
    return Problem(
        path, 0, key, "unknown_value", f"{word} 不在词表中", f"{word} is not in the schema's list"
    )
