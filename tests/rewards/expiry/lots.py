"""Points kept lot by lot, as one would by hand; it knows nothing of marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tanhui.rewards.expiry.months import end_of

Paused = Sequence[tuple[int, int]]


def ends_with(month: int, paused: Paused, term: int) -> int:
    """The month with which points of `month` end: counted on, month by month."""
    end, left = month, term
    paused_months = {each for first, last in paused for each in range(first, last + 1)}
    # Every paused month after they were earned puts the end off by one, whenever it was.
    left += len([each for each in paused_months if each > month])
    return end + left


@dataclass
class Lot:
    """So many points of one month, of which so many are used."""

    month: int
    points: int
    used: int = 0


@dataclass
class Lots:
    """The oldest lot is used first; what comes back goes to the youngest lot that was used."""

    lots: list[Lot] = field(default_factory=list)
    kept: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def free(self) -> int:
        return sum(lot.points - lot.used for lot in self.lots)

    def earn(self, month: int, points: int) -> None:
        self.lots.append(Lot(month, points))

    def use(self, points: int) -> None:
        for lot in self.lots:
            taken = min(points, lot.points - lot.used)
            lot.used += taken
            points -= taken
        assert points == 0

    def give_back(self, points: int, until: datetime) -> None:
        self.kept.append((points, until))
        for lot in reversed(self.lots):
            back = min(points, lot.used)
            lot.used -= back
            points -= back
        assert points == 0

    def expire(self, month: int, paused: Paused, term: int) -> int:
        """What is lost with a month; it is used up in these lots."""
        if any(first <= month <= last for first, last in paused):
            return 0
        due = sum(
            lot.points - lot.used
            for lot in self.lots
            if ends_with(lot.month, paused, term) <= month
        )
        lost = max(0, due - sum(points for points, until in self.kept if until > end_of(month)))
        self.use(lost)
        return lost


@dataclass
class Piece:
    """Points of one month, which are not lost before an instant."""

    month: int
    points: int
    until: datetime | None = None


@dataclass
class Strict:
    """Every redemption remembers which points it took, and exactly these come back."""

    pieces: list[Piece] = field(default_factory=list)
    expired: int = 0

    def earn(self, month: int, points: int) -> None:
        self.pieces.append(Piece(month, points))

    def use(self, points: int) -> list[Piece]:
        taken = []
        for piece in sorted(self.pieces, key=lambda each: each.month):
            part = min(points, piece.points)
            if part:
                piece.points -= part
                points -= part
                taken.append(Piece(piece.month, part))
        # Whoever lost more before may be without what the other still has.
        return taken

    def give_back(self, taken: list[Piece], until: datetime) -> None:
        self.pieces += [Piece(piece.month, piece.points, until) for piece in taken]

    def expire(self, month: int, paused: Paused, term: int) -> int:
        if any(first <= month <= last for first, last in paused):
            return 0
        lost = 0
        for piece in self.pieces:
            over = ends_with(piece.month, paused, term) <= month
            if over and (piece.until is None or piece.until <= end_of(month)):
                lost += piece.points
                piece.points = 0
        self.expired += lost
        return lost
