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
    `day` counts days since 1970-01-01 in the city's zone; `amount` and `detail` are in the units
    of the deed's scene; `grade` is 0 for A to 3 for D; `district` is 0 where it is not known.
    """

    place: Ints
    reference: npt.NDArray[np.bytes_]
    digest: Ints
    citizen: Ints
    started: Ints
    ended: Ints
    day: Ints
    amount: Ints
    detail: Ints
    scene: Ints
    grade: Ints
    district: Ints

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
    ("amount", "amount"),
    ("detail", "detail"),
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
    """The chosen positions by citizen, and then in the order the deeds were done."""
    if len(chosen) == 0:
        return chosen
    citizen, started = deeds.citizen[chosen], deeds.started[chosen]
    # One number can stand for both columns: sorting numbers is several times as fast.
    span = int(started.max() - started.min()) + 1
    if (int(citizen.max() - citizen.min()) + 1) * span < 2**63:
        key = (citizen - citizen.min()) * span + (started - started.min())
        return _untied(deeds, chosen[np.argsort(key)])
    return _untied(deeds, chosen[np.lexsort((started, citizen))])


def _untied(deeds: Deeds, order: Ints) -> Ints:
    """The order, where deeds begun at one instant follow their digests.

    The place in a file is not kept, and whoever recomputes a day's cap needs the same order.
    """
    citizen, started = deeds.citizen[order], deeds.started[order]
    same = (citizen[1:] == citizen[:-1]) & (started[1:] == started[:-1])
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        among = order[tied]
        keys = (deeds.digest, deeds.started, deeds.citizen)
        order[tied] = among[np.lexsort([key[among] for key in keys])]
    return order


@dataclass(frozen=True)
class DayGroups:
    """Deeds in statement order, grouped by citizen and day, and by scene where that is asked.

    `order` puts the deeds of each group beside one another, still in the order they were done;
    `start` is the place in it of each group's first deed; `group` the group of each place.
    """

    order: Ints
    start: Ints
    group: Ints

    @classmethod
    def of(cls, deeds: Deeds, *, by_scene: bool) -> DayGroups:
        """The groups of deeds that are in statement order."""
        scene = deeds.scene
        mixed = by_scene and len(deeds) > 0 and bool((scene != scene[0]).any())
        order = np.arange(len(deeds))
        if mixed:
            order = np.lexsort((order, scene, deeds.day, deeds.citizen))
        columns = (deeds.citizen[order], deeds.day[order], *((scene[order],) if mixed else ()))
        opens = np.zeros(len(deeds), dtype=bool)
        opens[:1] = True
        for column in columns:
            opens[1:] |= column[1:] != column[:-1]
        return cls(order, np.flatnonzero(opens), np.cumsum(opens) - 1)

    @property
    def first(self) -> Ints:
        """The position of each group's first deed."""
        return self.order[self.start]


def capped_points(groups: DayGroups, uncapped: Ints, room: Ints) -> Ints:
    """Points within what each group's day still has room for, first deeds first.

    `uncapped` has one entry for each deed in statement order, `room` one for each group.
    """
    if len(uncapped) == 0:
        return uncapped
    asked = uncapped[groups.order]
    before = np.cumsum(asked) - asked
    before -= before[groups.start][groups.group]
    points = np.empty_like(uncapped)
    points[groups.order] = np.clip(room[groups.group] - before, 0, asked)
    return points


def totals_by_citizen(citizens: Ints, amounts: Ints) -> tuple[Ints, Ints]:
    """Distinct citizens (sorted) and the sum of each one's amounts, where it is not zero."""
    if len(citizens) == 0:
        return citizens, amounts
    starts = np.flatnonzero(np.concatenate(([True], citizens[1:] != citizens[:-1])))
    sums = np.add.reduceat(amounts, starts)
    return citizens[starts][sums > 0], sums[sums > 0]
