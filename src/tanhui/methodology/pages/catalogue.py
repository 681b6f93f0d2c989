"""The library for browsing: every methodology by path and by field, the peers' rules apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.library import Library
from tanhui.methodology.pages.words import BASES, PATHS, PUBLISHED, STATES, UNVERIFIED_WITHIN

PEERS = "peers"
COMMON = "common"
PEER_RULES = Label("外地规则，仅供对照", "Other cities' rules, for comparison")
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Mark:
    """A chip: `look` is one of ok, wait, no, info or empty; never colour alone, so it has words."""

    look: str
    label: Label


@dataclass(frozen=True, slots=True)
class Listed:
    """One methodology as the library lists it."""

    reference: str
    address: str
    title: Label
    summary: Label
    marks: tuple[Mark, ...]
    version: str
    start: date
    end: date | None
    field: Label


@dataclass(frozen=True, slots=True)
class Group:
    """The methodologies of one field."""

    field: str
    label: Label
    entries: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One path with its fields; the peers' rules are a shelf of their own, called `peers`."""

    path: str
    label: Label
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """How many methodologies it holds."""
        return sum(len(group.entries) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A methodology that may have been meant."""

    address: str
    title: Label


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with how many methodologies it has."""

    value: str
    label: Label
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The library as asked for: `paths` and `fields` are the filters, `total` counts everything."""

    shelves: tuple[Shelf, ...]
    paths: tuple[Choice, ...]
    fields: tuple[Choice, ...]
    query: str
    found: int
    total: int


def field_label(fields: Mapping[str, Label], topic: str) -> Label:
    """The name of a field; the name of its folder where nothing names it."""
    return fields.get(topic) or Label(topic, topic)


def shelf_of(library: Library, methodology: Methodology) -> str:
    """The path a methodology is listed under."""
    place = methodology.path.relative_to(library.root).parts[0]
    return PEERS if place == PEERS else methodology.kind


def shelf_label(path: str) -> Label:
    """The name of a path, or of the peers' rules."""
    return PEER_RULES if path == PEERS else PATHS[path]


def state_of(methodology: Methodology, day: date) -> str:
    """`draft`, `future`, `ended` or `in-force` on a day."""
    if methodology.status == "draft":
        return "draft"
    if day < methodology.valid.start:
        return "future"
    return "in-force" if methodology.valid.holds(day) else "ended"


def rests_on_unverified(methodology: Methodology) -> bool:
    """Whether a factor of the document, or of a module it uses, is unverified."""
    rows = (bound.row for factor in methodology.factors for bound in factor.rows)
    return any(row.status == "unverified" for row in rows) or any(
        rests_on_unverified(use.module) for use in methodology.uses
    )


def marks_of(methodology: Methodology, day: date) -> tuple[Mark, ...]:
    """Whether it is published and in force, what it rests on, and how well."""
    state = state_of(methodology, day)
    marks = []
    if state == "in-force":
        marks.append(Mark("ok", PUBLISHED))
    else:
        marks.append(Mark("wait" if state != "ended" else "no", STATES[state]))
    marks.append(
        Mark("info" if methodology.basis != "official" else "ok", BASES[methodology.basis])
    )
    if rests_on_unverified(methodology):
        marks.append(Mark("wait", UNVERIFIED_WITHIN))
    return tuple(marks)


def newest(library: Library, id: str, day: date) -> Methodology:
    """The version to show of `id`: the latest in force, else the latest there is.

    Refuses: `no_such_methodology`.
    """
    versions = [item for item in library.methodologies() if item.id == id]
    if not versions:
        return library.methodology(id)
    in_force = [item for item in versions if state_of(item, day) == "in-force"]
    return (in_force or versions)[-1]


def suggestions(library: Library, reference: str, day: date) -> tuple[Suggestion, ...]:
    """The methodologies whose ids are most like that of `reference`, the nearest first."""
    ids = list(dict.fromkeys(item.id for item in library.methodologies()))
    close = get_close_matches(reference.partition("@")[0], ids, n=3, cutoff=0.4)
    return tuple(Suggestion(id, newest(library, id, day).title) for id in close)


def _entry(methodology: Methodology, fields: Mapping[str, Label], day: date) -> Listed:
    # The plain id always leads to the version in force; any other version is named in full.
    in_force = state_of(methodology, day) == "in-force"
    return Listed(
        methodology.reference,
        methodology.id if in_force else methodology.reference,
        methodology.title,
        methodology.summary,
        marks_of(methodology, day),
        methodology.version,
        methodology.valid.start,
        methodology.valid.end,
        field_label(fields, methodology.topic),
    )


def _matches(methodology: Methodology, query: str) -> bool:
    texts = (
        methodology.id,
        methodology.title.zh,
        methodology.title.en,
        methodology.summary.zh,
        methodology.summary.en,
    )
    whole = " ".join(texts).casefold()
    return all(word in whole for word in query.casefold().split())


def _shelf(
    path: str, items: Iterable[Methodology], fields: Mapping[str, Label], day: date
) -> Shelf:
    by_field: dict[str, list[Methodology]] = {}
    for item in items:
        by_field.setdefault(item.topic, []).append(item)
    order = [*fields, *(topic for topic in by_field if topic not in fields)]
    groups = tuple(
        Group(
            topic,
            field_label(fields, topic),
            tuple(_entry(item, fields, day) for item in by_field[topic]),
        )
        for topic in order
        if topic in by_field
    )
    return Shelf(path, shelf_label(path), groups)


def _choices(labels: Mapping[str, Label], values: list[str], chosen: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(value, label, values.count(value), value == chosen)
        for value, label in labels.items()
        if value in values
    )


def catalogue(
    library: Library,
    fields: Mapping[str, Label],
    day: date,
    *,
    path: str = "",
    field: str = "",
    query: str = "",
) -> Catalogue:
    """The library on a day, narrowed to a path, a field and all words of a query.

    What is asked for and does not exist simply finds nothing.
    """
    query = " ".join(query[:LONGEST_QUERY].split())
    ids = dict.fromkeys(item.id for item in library.methodologies())
    items = [newest(library, id, day) for id in ids]
    shelves = {**PATHS, PEERS: PEER_RULES}
    topics = {**fields, **{i.topic: field_label(fields, i.topic) for i in items}}
    found = [
        item
        for item in items
        if (not path or shelf_of(library, item) == path)
        and (not field or item.topic == field)
        and _matches(item, query)
    ]
    return Catalogue(
        tuple(
            shelf
            for name in shelves
            if (
                shelf := _shelf(
                    name, (i for i in found if shelf_of(library, i) == name), fields, day
                )
            ).groups
        ),
        _choices(shelves, [shelf_of(library, item) for item in items], path),
        _choices(topics, [item.topic for item in items], field),
        query,
        len(found),
        len(items),
    )
