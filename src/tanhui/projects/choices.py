"""Which methodologies a project can be filed under: the city's own for projects, in force."""

from __future__ import annotations

from datetime import date

from tanhui.rulebook import queries as rulebook
from tanhui.rulebook.queries import Publication

_FOLDER = ("methodologies", "project")
# What other cities use, and what many share, is there to be compared with; nobody files by it.
_ELSEWHERE = frozenset({"peers", "common"})


def choices(day: date) -> list[Publication]:
    """The city's methodologies for projects in force on `day`, in the order of their folders."""
    found = [rule for rule in rulebook.all_in_force(day) if is_own(rule)]
    return sorted(found, key=lambda rule: rule.path)


def is_own(rule: Publication) -> bool:
    """Whether the rule is the city's own methodology for projects."""
    city, *folders = rule.path.split("/")
    return rule.kind == "methodology" and city not in _ELSEWHERE and tuple(folders[:2]) == _FOLDER
