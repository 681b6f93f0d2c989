"""What detectors look at, what they answer, and running them over the deeds of a chunk.

Everything here is pure: columns in, positions out. Detectors name what is suspicious; whether a
deed is held, for how long and who decides is the business of holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Facts = dict[str, int | str]

# A city's day takes 18 bits of a number (until the year 2687); the citizen has the others.
_DAY_BITS = 18


class Deeds(Protocol):
    """Parallel int64 columns: times in µs since the epoch, `day` in city days since 1970-01-01,
    `amount` in the measure of the scene, `partner` the id of who reported it."""

    @property
    def citizen(self) -> Ints: ...
    @property
    def started(self) -> Ints: ...
    @property
    def ended(self) -> Ints: ...
    @property
    def day(self) -> Ints: ...
    @property
    def amount(self) -> Ints: ...
    @property
    def scene(self) -> Ints: ...
    @property
    def partner(self) -> Ints: ...
    @property
    def reduction_mg(self) -> Ints: ...


@dataclass(frozen=True)
class Columns:
    """Deeds that are nothing but their columns; see `Deeds`."""

    citizen: Ints
    started: Ints
    ended: Ints
    day: Ints
    amount: Ints
    scene: Ints
    partner: Ints
    reduction_mg: Ints

    def keep(self, chosen: Bools) -> Columns:
        """The chosen deeds."""
        return Columns(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class History:
    """A citizen's usual day, one entry for each pair that was asked about.

    Over the days with deeds among the 28 before: their number, the median of their reduction, the
    median of the distances from it, and the highest, in milligrams, rounded down. Where `days` is
    0 the others mean nothing.
    """

    days: Ints
    median_mg: Ints
    mad_mg: Ints
    most_mg: Ints


class AskHistory(Protocol):
    """Answers the usual day of each pair of citizen and day, from deeds of these scenes alone."""

    def __call__(self, citizen: Ints, day: Ints, scenes: Ints) -> History: ...


@dataclass(frozen=True)
class Seen:
    """The new deeds of a chunk, and what is known beside.

    `known` are deeds recorded or held already (not the merged ones) on the same citizens' days.
    Both may be in any order; those by citizen and start are fastest. `merged` marks new deeds that
    claims judged to be another report of a paid one, `merged_with` the partner of that one.
    `history` is asked for few.
    """

    new: Deeds
    known: Deeds
    merged: Bools
    merged_with: Ints
    history: AskHistory

    def __len__(self) -> int:
        return len(self.new.citizen)

    @cached_property
    def timeline(self) -> Timeline:
        """Every deed that counts, new and known, in the order of its citizen's time."""
        return Timeline.of(self)


@dataclass(frozen=True)
class Timeline:
    """New deeds that are not merged, and known ones, ordered by citizen and start.

    `new` is each entry's position among the new deeds, -1 for a known one. Each citizen's day is a
    group: `group` numbers it for each entry, `starts` is the first entry of each.
    """

    deeds: Columns
    new: Ints
    group: Ints
    starts: Ints

    @classmethod
    def of(cls, seen: Seen, *, merged: bool = False, people: Ints | None = None) -> Timeline:
        """The order of what was seen: with the merged ones if asked for, of all or these people."""
        chosen = np.ones(len(seen), dtype=np.bool_) if merged else ~seen.merged
        known = Columns(*(getattr(seen.known, name) for name in Columns.__dataclass_fields__))
        if people is not None:
            chosen &= np.isin(seen.new.citizen, people)
            known = known.keep(np.isin(known.citizen, people))
        deeds = {name: getattr(seen.new, name) for name in Columns.__dataclass_fields__}
        new = np.arange(len(seen), dtype=np.int64)
        if not chosen.all():
            deeds = {name: column[chosen] for name, column in deeds.items()}
            new = new[chosen]
        if len(known.citizen):
            deeds = {
                name: np.concatenate((column, getattr(known, name)))
                for name, column in deeds.items()
            }
            new = np.concatenate((new, np.full(len(known.citizen), -1, dtype=np.int64)))
        order = _by_citizen_and_start(deeds["citizen"], deeds["started"])
        if order is not None:
            deeds = {name: column[order] for name, column in deeds.items()}
            new = new[order]
        key = day_keys(deeds["citizen"], deeds["day"])
        opens = np.ones(len(key), dtype=np.bool_)
        opens[1:] = key[1:] != key[:-1]
        return cls(Columns(**deeds), new, np.cumsum(opens) - 1, np.flatnonzero(opens))

    def __len__(self) -> int:
        return len(self.new)

    def sums(self, amounts: Ints) -> Ints:
        """The sum of each group, of one amount for each entry."""
        if len(amounts) == 0:
            return np.empty(0, dtype=np.int64)
        sums: Ints = np.add.reduceat(amounts, self.starts)
        return sums

    def entries(self, groups: Ints) -> Ints:
        """The entries of these groups, in order; for groups that are few among many."""
        ends = np.append(self.starts[1:], len(self))
        counts = ends[groups] - self.starts[groups]
        first = np.repeat(self.starts[groups] - (np.cumsum(counts) - counts), counts)
        entries: Ints = first + np.arange(int(counts.sum()))
        return entries

    def day_sums(self, entries: Ints, values: Ints) -> Ints:
        """For each of these entries (in order) the sum of the values of all of its group."""
        if len(entries) == 0:
            return values
        group = self.group[entries]
        opens: Bools = np.append(True, group[1:] != group[:-1])
        sums: Ints = np.add.reduceat(values, np.flatnonzero(opens))
        spread: Ints = sums[np.cumsum(opens) - 1]
        return spread


def day_keys(citizens: Ints, days: Ints) -> Ints:
    """One number for each citizen's day."""
    return citizens << _DAY_BITS | days


def _by_citizen_and_start(citizen: Ints, started: Ints) -> Ints | None:
    """The order by citizen and start; None where it is that already."""
    if len(citizen) == 0:
        return None
    since, least = int(started.min()), int(citizen.min())
    span = int(started.max()) - since + 1
    if (int(citizen.max()) - least + 1) * span >= 2**63:
        return np.lexsort((started, citizen))
    # One number for both is sorted several times as fast, most of all where runs are in order.
    key = (citizen - least) * span + (started - since)
    return None if (key[1:] >= key[:-1]).all() else np.argsort(key, kind="stable")


@dataclass
class Suspicion:
    """What one detector says: a mask over the new deeds, and why for each that is flagged.

    Facts hold `reason`, one of the detector's REASONS, and what its sentence needs: whole numbers,
    or text that is ready to be read. The first reason found for a deed stays.
    """

    flagged: Bools
    facts: dict[int, Facts] = field(default_factory=dict)

    @classmethod
    def none(cls, seen: Seen) -> Suspicion:
        """Nothing yet."""
        return cls(np.zeros(len(seen), dtype=np.bool_))

    def add(self, line: Timeline, entries: Ints, facts: Callable[[int], Facts]) -> None:
        """Flags the new deeds among these entries; `facts` answers by the place in `entries`."""
        position = line.new[entries]
        places = np.flatnonzero(position >= 0)
        fresh = places[~self.flagged[position[places]]]
        for place in fresh.tolist():
            self.facts[int(position[place])] = facts(place)
        self.flagged[position[fresh]] = True


class Rule(Protocol):
    """A detector with its settings read: what it flags among the deeds that were seen."""

    def flag(self, seen: Seen) -> Suspicion: ...


@dataclass(frozen=True)
class Told:
    """A sentence in both languages, with the facts in braces."""

    zh: str
    en: str

    def filled(self, language: str, facts: Mapping[str, object]) -> str:
        """The sentence in `language` (`zh…` is Chinese, else English) with the facts put in."""
        return (self.zh if language.startswith("zh") else self.en).format_map(facts)


@dataclass(frozen=True)
class Detector:
    """One detector in force: its rule, and what a citizen is told.

    `what` says for each reason what was seen; `until` (`{deadline}`) when it ends by itself; `can`
    what the citizen may do. A hold ends by itself `deadline_days` after it was placed.
    """

    code: str
    number: int
    version: str
    valid_from: date
    basis: str
    deadline_days: int
    title: Told
    what: Mapping[str, Told]
    until: Told
    can: Told
    rule: Rule


@dataclass(frozen=True)
class Flags:
    """For each new deed the code of the first detector that flagged it, or None; and the facts of
    each flagged deed by its position, ready for JSON."""

    code: npt.NDArray[np.object_]
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)


def run(seen: Seen, detectors: Sequence[Detector]) -> Flags:
    """Asks every detector in the order of their numbers; the first that speaks is heard.

    A merged deed is never flagged: it is paid nothing, so there is nothing to hold.
    """
    flags = Flags(np.full(len(seen), None, dtype=object))
    if len(seen) == 0:
        return flags
    free = ~seen.merged
    for detector in sorted(detectors, key=lambda one: one.number):
        suspicion = detector.rule.flag(seen)
        heard = np.flatnonzero(suspicion.flagged & free)
        flags.code[heard] = detector.code
        free[heard] = False
        for position in heard.tolist():
            flags.facts[position] = {"version": detector.version} | suspicion.facts[position]
    return flags
