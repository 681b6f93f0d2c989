"""Which reports of one person are reports of one and the same trip. Pure, by columns.

Two reports are of one trip when they take the same time, or when two partners whose clocks go
differently tell of rides alike. One partner's clock agrees with itself: two rides that it tells
apart are two rides, whatever others report, and each can stand for only one ride of another
partner. So two rides soon after each other, told by two partners, are paid as two and not as one
or three.

Almost all trips of a file meet no other; they are found by sorting once. Pairs that meet nobody
else are decided as whole columns, the rest person by person in `tanhui.claims.untangling`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from tanhui.claims.untangling import CLOCK, OVERLAP, Related, untangle

__all__ = ["CLOCK", "GROUPS", "OVERLAP", "UNKNOWN", "Tolerance", "Trips", "Verdict", "judge"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# What a trip is paid as. Reports of different groups are of one trip only if they overlap.
GROUPS = ("cycling", "bus", "rail", "car")
# An amount that the reporter does not tell, as another scheme's file does not.
UNKNOWN = -1
# Another scheme's times are rounded to slots of five minutes: each end by half a slot at most.
ROUNDED_US = 150_000_000
# Someone with more reports than this around one of them is looked at without the list of pairs.
_CROWD = 16


@dataclass(frozen=True)
class Tolerance:
    """How far two reports of one trip may differ; times in microseconds, amounts in metres.

    The limits of durations and amounts are the larger of a fixed difference and a percentage of
    the larger of the two. Two partners' trips of different groups may overlap by `other_group_us`
    and still be two: a ride to the station and the train, told by clocks that differ.
    """

    clock_us: int
    duration_us: int
    duration_percent: int
    amount_m: int
    amount_percent: int
    overlap_us: int
    overlap_percent: int
    other_group_us: int


@dataclass(frozen=True)
class Trips:
    """Reports of trips as parallel arrays in any order; times in microseconds since the epoch.

    `amount` is the distance in metres or `UNKNOWN`; `group` a place in `GROUPS`; `partner` the
    reporter's number, below zero for another scheme; `declared` whether the citizen only says so.
    `merged` marks known reports that were merged with another and are evidence alone; without it
    none was.
    """

    citizen: Ints
    started: Ints
    ended: Ints
    amount: Ints
    group: Ints
    partner: Ints
    declared: Bools
    merged: Bools | None = None

    def __len__(self) -> int:
        return len(self.citizen)

    @classmethod
    def none(cls) -> Trips:
        """No trips."""
        none = np.empty(0, dtype=np.int64)
        return cls(none, none, none, none, none, none, np.empty(0, dtype=np.bool_))

    def keep(self, chosen: Ints | Bools) -> Trips:
        """The chosen trips, by mask or in the order of positions."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{n: c[chosen] for n, c in columns.items() if c is not None})

    def followed_by(self, others: Trips) -> Trips:
        """These trips and then the others."""
        if not len(self):
            return others
        if not len(others):
            return self
        columns = {
            field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
            for field in fields(self)
            if field.name != "merged"
        }
        merged = np.concatenate([self.evidence(), others.evidence()])
        return replace(self, **columns, merged=merged if merged.any() else None)

    def evidence(self) -> Bools:
        """Which of them are merged with another; one entry for each trip."""
        return np.zeros(len(self), dtype=np.bool_) if self.merged is None else self.merged


@dataclass(frozen=True)
class Verdict:
    """What `judge` found.

    `same_as` (int64, one entry for each new trip) is -1 where the trip is to be paid, else the
    position, in known trips followed by new ones, of the trip that is paid in its place; that one
    is never merged itself. `reason` (int8) is 0, `OVERLAP` or `CLOCK`. `displaced` are positions
    of known declared trips in whose place a proved new one is paid.
    """

    same_as: Ints
    reason: npt.NDArray[np.int8]
    displaced: Ints


def judge(new: Trips, known: Trips, tolerance: Tolerance) -> Verdict:
    """Tells which of the new trips are already known or told twice.

    `known` holds what is recorded of these citizens around these times: paid, held or waiting
    trips, those of other schemes, and merged ones as evidence; neither voided nor displaced ones.
    Who came first is paid: the known one, and of new ones the one that began first, then the one
    that is named first. What a partner has proved goes before what a citizen declares.
    """
    both = known.followed_by(new)
    verdict = Verdict(
        same_as=np.full(len(new), -1, dtype=np.int64),
        reason=np.zeros(len(new), dtype=np.int8),
        displaced=np.empty(0, dtype=np.int64),
    )
    if len(new) == 0 or len(both) < 2:
        return verdict
    left, right, crowded = _neighbours(both, tolerance)
    relation = relate(both, left, right, tolerance)
    found = relation > 0
    left, right, relation = left[found], right[found], relation[found]
    if len(left) == 0 and len(crowded) == 0:
        return verdict
    # A trip that meets exactly one other, which meets only it, needs no weighing up.
    meets = np.bincount(np.concatenate([left, right]), minlength=len(both))
    alone = (meets[left] == 1) & (meets[right] == 1)
    if both.merged is not None:
        alone &= ~(both.merged[left] | both.merged[right])
    if len(crowded):
        alone &= ~np.isin(both.citizen[left], crowded)
    displaced = _decide_pairs(both, len(known), left[alone], right[alone], relation[alone], verdict)
    tangled = np.flatnonzero(~alone)
    displaced += _decide_tangles(
        both,
        len(known),
        (left[tangled], right[tangled], relation[tangled]),
        crowded,
        tolerance,
        verdict,
    )
    return Verdict(verdict.same_as, verdict.reason, np.array(sorted(displaced), dtype=np.int64))


def relate(trips: Trips, left: Ints, right: Ints, tolerance: Tolerance) -> npt.NDArray[np.int8]:
    """For each pair of positions: 0 (two trips), `OVERLAP` or `CLOCK` (reports of one trip)."""
    begun, begun_other = trips.started[left], trips.started[right]
    ended, ended_other = trips.ended[left], trips.ended[right]
    took, took_other = ended - begun, ended_other - begun_other
    overlap = np.minimum(ended, ended_other) - np.maximum(begun, begun_other)
    partner, partner_other = trips.partner[left], trips.partner[right]
    same_clock = partner == partner_other
    part = overlap * 100 >= np.minimum(took, took_other) * tolerance.overlap_percent
    alike_mode = trips.group[left] == trips.group[right]
    whole = overlap * 100 >= np.maximum(took, took_other) * tolerance.overlap_percent
    part &= alike_mode | same_clock | whole | (overlap > tolerance.other_group_us)
    at_once = (overlap > 0) & part | same_clock & (overlap > tolerance.overlap_us)
    rounded = np.where((partner < 0) | (partner_other < 0), ROUNDED_US, 0)
    amount, amount_other = trips.amount[left], trips.amount[right]
    untold = (amount == UNKNOWN) | (amount_other == UNKNOWN)
    alike = (
        ~same_clock
        & alike_mode
        & (np.abs(begun - begun_other) <= tolerance.clock_us + rounded)
        & _near(took, took_other, tolerance.duration_us + 2 * rounded, tolerance.duration_percent)
        & (untold | _near(amount, amount_other, tolerance.amount_m, tolerance.amount_percent))
    )
    return np.where(at_once, OVERLAP, np.where(alike, CLOCK, 0)).astype(np.int8)


def _near(one: Ints, other: Ints, fixed: Ints | int, percent: int) -> Bools:
    apart = np.abs(one - other)
    near: Bools = (apart <= fixed) | (apart * 100 <= np.maximum(one, other) * percent)
    return near


def _neighbours(both: Trips, tolerance: Tolerance) -> tuple[Ints, Ints, Ints]:
    """All pairs of positions that might be one trip, and the citizens with too many to list."""
    order = _order(both)
    citizen, started = both.citizen[order], both.started[order]
    reach = np.maximum(started + (tolerance.clock_us + ROUNDED_US), both.ended[order])
    near = (citizen[1:] == citizen[:-1]) & (started[1:] <= reach[:-1])
    here = np.flatnonzero(near)
    lefts, rights, step = [here], [here + 1], 1
    while len(here) and step < _CROWD:
        step += 1
        here = here[here + step < len(order)]
        # Whoever does not reach this neighbour reaches no later one.
        here = here[(citizen[here + step] == citizen[here]) & (started[here + step] <= reach[here])]
        lefts.append(here)
        rights.append(here + step)
    crowded = np.unique(citizen[here])
    return order[np.concatenate(lefts)], order[np.concatenate(rights)], crowded


def _order(trips: Trips) -> Ints:
    """Positions by citizen and start."""
    citizen, started = trips.citizen, trips.started
    low, first = int(citizen.min()), int(started.min())
    span = int(started.max()) - first + 1
    if (int(citizen.max()) - low + 1) * span < 2**63:
        # One number for both sorts several times as fast, and most files come sorted.
        key = (citizen - low) * span + (started - first)
        if (key[1:] >= key[:-1]).all():
            return np.arange(len(key))
        return np.argsort(key, kind="stable")
    return np.lexsort((started, citizen))


def _decide_pairs(
    both: Trips,
    known: int,
    left: Ints,
    right: Ints,
    relation: npt.NDArray[np.int8],
    verdict: Verdict,
) -> list[int]:
    """Decides pairs that meet nobody else; answers the displaced."""
    # Known ones come first by their position, unless a proved trip meets a declared one.
    early, late = np.minimum(left, right), np.maximum(left, right)
    later_began = (both.started[early] > both.started[late]) & (early >= known)
    weaker = both.declared[early] & ~both.declared[late]
    stronger = both.declared[late] & ~both.declared[early] & (early >= known)
    swap = (weaker | (later_began & ~stronger)) & (late >= known)
    paid, merged = np.where(swap, late, early), np.where(swap, early, late)
    is_new = merged >= known
    verdict.same_as[merged[is_new] - known] = paid[is_new]
    verdict.reason[merged[is_new] - known] = relation[is_new]
    return list(map(int, merged[~is_new & (paid >= known)]))


def _decide_tangles(
    both: Trips,
    known: int,
    edges: tuple[Ints, Ints, npt.NDArray[np.int8]],
    crowded: Ints,
    tolerance: Tolerance,
    verdict: Verdict,
) -> list[int]:
    """Decides all other trips, person by person; answers the displaced."""
    left, right, relation = edges
    meets: dict[int, Related] = {}
    for one, other, how in zip(left.tolist(), right.tolist(), relation.tolist(), strict=True):
        meets.setdefault(one, []).append((other, how))
        meets.setdefault(other, []).append((one, how))
    people: dict[int, list[int]] = {}
    for place in sorted(meets):
        people.setdefault(int(both.citizen[place]), []).append(place)
    crowd = set(crowded.tolist())
    people |= {number: [] for number in crowd}
    for place in np.flatnonzero(np.isin(both.citizen, crowded)).tolist() if crowd else ():
        people[int(both.citizen[place])].append(place)

    displaced: list[int] = []
    for number, places in people.items():
        if places[-1] < known:
            continue

        def related(place: int, near: list[int], *, listed: bool = number not in crowd) -> Related:
            if listed:
                return meets[place]
            others = np.array(near, dtype=np.int64)
            how = relate(both, np.full(len(others), place), others, tolerance)
            found = np.flatnonzero(how)
            return list(zip(others[found].tolist(), how[found].tolist(), strict=True))

        told = untangle(both, places, known, related, tolerance.clock_us + ROUNDED_US)
        for place, (paid, how) in told.merged.items():
            if place >= known:
                verdict.same_as[place - known] = paid
                verdict.reason[place - known] = how
        displaced += told.displaced
    return displaced
