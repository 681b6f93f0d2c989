"""The arithmetic of settlement, apart from the database: caps, points and postings, by columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass
class Deeds:
    """Deeds on their way into the books, one array entry each.

    `place` is the row's position in the chunk it came in; times are microseconds since the epoch;
    `day` counts days since 1970-01-01 in the city's zone.
    """

    place: Ints
    reference: npt.NDArray[np.bytes_]
    digest: Ints
    citizen: Ints
    started: Ints
    ended: Ints
    day: Ints
    distance_m: Ints
    scene: Ints

    def keep(self, chosen: npt.NDArray[np.bool_] | Ints) -> Deeds:
        """The chosen deeds, by mask or in the order of positions."""
        return Deeds(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def __len__(self) -> int:
        return len(self.place)


# What a repeat is compared by, in the order in which a difference is named.
COMPARED = (
    ("rider", "citizen"),
    ("started_at", "started"),
    ("ended_at", "ended"),
    ("mode", "scene"),
    ("distance_m", "distance_m"),
)


def compare(deeds: Deeds, known: dict[str, Ints]) -> npt.NDArray[np.object_]:
    """For each deed against what is known under its reference: `exists` or the first difference."""
    outcome = np.full(len(deeds), "exists", dtype=object)
    for name, field in reversed(COMPARED):
        outcome[getattr(deeds, field) != known[field]] = f"exists_with_different_{name}"
    return outcome


def first_of_each(digests: Ints) -> Ints:
    """For each entry, the position of the first entry with the same digest."""
    _, first, group = np.unique(digests, return_index=True, return_inverse=True)
    return first[group]


def distinct(ordered: Ints) -> Ints:
    """The distinct values of a sorted column."""
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def statement_order(deeds: Deeds, chosen: Ints) -> Ints:
    """The chosen positions by citizen, day and scene, and then in the order the deeds were done."""
    if len(chosen) == 0:
        return chosen
    citizen, started = deeds.citizen[chosen], deeds.started[chosen]
    if (deeds.scene[chosen] == deeds.scene[chosen[0]]).all():
        # Within one scene the time alone orders the days, and one number can stand for both:
        # sorting numbers is several times as fast as sorting by two columns.
        span = int(started.max() - started.min()) + 1
        if (int(citizen.max() - citizen.min()) + 1) * span < 2**63:
            key = (citizen - citizen.min()) * span + (started - started.min())
            return _untied(deeds, chosen[np.argsort(key)])
    keys = (started, deeds.scene[chosen], deeds.day[chosen], citizen)
    return _untied(deeds, chosen[np.lexsort(keys)])


def _untied(deeds: Deeds, order: Ints) -> Ints:
    """The order, where deeds begun at one instant follow their digests.

    The place in a file is not kept, and whoever recomputes a day's cap needs the same order.
    """
    citizen, started = deeds.citizen[order], deeds.started[order]
    same = (citizen[1:] == citizen[:-1]) & (started[1:] == started[:-1])
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        among = order[tied]
        keys = (deeds.digest, deeds.started, deeds.scene, deeds.day, deeds.citizen)
        order[tied] = among[np.lexsort([key[among] for key in keys])]
    return order


@dataclass(frozen=True)
class DayGroups:
    """Deeds in statement order, grouped by citizen, day and scene.

    `start` is the position of each group's first deed; `group` the group of each deed.
    """

    start: Ints
    group: Ints

    @classmethod
    def of(cls, deeds: Deeds) -> DayGroups:
        """The groups of deeds that are already in statement order."""
        opens = np.ones(len(deeds), dtype=bool)
        opens[1:] = (
            (deeds.citizen[1:] != deeds.citizen[:-1])
            | (deeds.day[1:] != deeds.day[:-1])
            | (deeds.scene[1:] != deeds.scene[:-1])
        )
        return cls(np.flatnonzero(opens), np.cumsum(opens) - 1)


def capped_points(groups: DayGroups, uncapped: Ints, room: Ints) -> Ints:
    """Points within what each group's day still has room for, first deeds first.

    `uncapped` has one entry for each deed in statement order, `room` one for each group.
    """
    if len(uncapped) == 0:
        return uncapped
    before = np.cumsum(uncapped) - uncapped
    before -= before[groups.start][groups.group]
    return np.clip(room[groups.group] - before, 0, uncapped)


def totals_by_citizen(citizens: Ints, amounts: Ints) -> tuple[Ints, Ints]:
    """Distinct citizens (sorted) and the sum of each one's amounts, where it is not zero."""
    if len(citizens) == 0:
        return citizens, amounts
    starts = np.flatnonzero(np.concatenate(([True], citizens[1:] != citizens[:-1])))
    sums = np.add.reduceat(amounts, starts)
    return citizens[starts][sums > 0], sums[sums > 0]
