"""Blocks of one file that claim the same numbers: the earlier row stands, the later is refused."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tanhui.projects.foreign.form import ISSUANCE
from tanhui.projects.foreign.reading import ReadRow

_Place = tuple[bool, str]
_Claim = tuple[int, int, int]


def overlapping(rows: Iterable[ReadRow]) -> dict[int, int]:
    """Of each row (by its line) that claims taken numbers, the line that has them."""
    claims: dict[_Place, list[_Claim]] = defaultdict(list)
    for row in rows:
        for credit in row.credits:
            if credit.block is not None:
                # What was issued is told apart from what became of it.
                place = (credit.kind == ISSUANCE, credit.block.series)
                claims[place].append((credit.block.first, credit.block.last, row.line))
    refused: dict[int, int] = {}
    for found in claims.values():
        for cluster in _clusters(sorted(found)):
            _settle(cluster, refused)
    return refused


def _clusters(claims: list[_Claim]) -> Iterator[list[_Claim]]:
    """Runs of claims of which each touches an earlier one; most have no neighbour at all."""
    cluster: list[_Claim] = []
    end = -1
    for claim in claims:
        if claim[0] > end and cluster:
            if len(cluster) > 1:
                yield cluster
            cluster = []
        cluster.append(claim)
        end = max(end, claim[1])
    if len(cluster) > 1:
        yield cluster


def _settle(cluster: list[_Claim], refused: dict[int, int]) -> None:
    kept: list[_Claim] = []
    for claim in sorted(cluster, key=lambda one: one[2]):
        place = bisect_right(kept, (claim[0], claim[1] + 1, 0))
        rival = next(
            (
                other
                for other in kept[max(0, place - 1) : place + 1]
                if other[0] <= claim[1] and claim[0] <= other[1]
            ),
            None,
        )
        if rival is None:
            kept.insert(place, claim)
        else:
            refused.setdefault(claim[2], rival[2])
