"""Both sides of a change: the city's rules with the old version, and with the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from tanhui.behaviours.detectors.registry import DetectorLibrary
from tanhui.behaviours.detectors.seen import Detector
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.library import Library
from tanhui.rulebook.documents import Document
from tanhui.rulebook.drafts import root_with
from tanhui.rulebook.queries import Proposal
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.limit import Limit
from tanhui.scenes.tariff import Tariff

Version = TypeVar("Version", Tariff, Limit)


@dataclass(frozen=True)
class Sides:
    """The rules with the version that is replaced and with the proposed one, each in force on
    every day; all other rules are those of each deed's own day.

    For a detector the libraries are the same, and `detectors` holds its two versions.
    """

    old: SceneLibrary
    new: SceneLibrary
    detectors: tuple[Detector, Detector] | None = None


def sides_of(proposal: Proposal) -> Sides:
    """Both sides of a proposal, read from a folder that holds its text."""
    root = root_with(_document(proposal), proposal.body)
    library = SceneLibrary.load(root)
    if proposal.kind == "detector":
        return Sides(library, library, _detectors(library, proposal))
    old, new = (
        _pinned(library, proposal.kind, proposal.document, reference.rpartition("@")[2])
        for reference in (proposal.replaces, proposal.reference)
    )
    return Sides(old, new)


def _document(proposal: Proposal) -> Document:
    return Document(
        kind=proposal.kind,
        id=proposal.document,
        version=proposal.version,
        digest=proposal.digest,
        valid_from=proposal.effective_from,
        valid_until=proposal.effective_until,
        title_zh=proposal.title_zh,
        title_en=proposal.title_en,
        path=proposal.path,
    )


def _pinned(library: SceneLibrary, kind: str, id: str, version: str) -> SceneLibrary:
    """The library in which one version of one rule is in force on every day."""
    methodologies: Library = library.methodologies
    tariffs: Sequence[Tariff] = library.tariffs
    limits: Sequence[Limit] = library.limits
    if kind == "methodology":
        methodologies = methodologies.with_only(methodologies.methodology(id, version))
    elif kind == "tariff":
        held = _version(tariffs, id, version)
        always = replace(held, valid_from=date.min, valid_until=None)
        tariffs = [*(one for one in tariffs if one.id != id), always]
    else:
        limits = [replace(_version(limits, id, version), valid_from=date.min)]
    return SceneLibrary(methodologies, library.scenes, tuple(tariffs), tuple(limits))


def _version(documents: Sequence[Version], id: str, version: str) -> Version:
    return next(one for one in documents if (one.id, one.version) == (id, version))


def _detectors(library: SceneLibrary, proposal: Proposal) -> tuple[Detector, Detector]:
    modes = {scene.mode: scene.number for scene in library.scenes}
    found = DetectorLibrary.load(library.root, modes)
    old, new = (
        found.detector(proposal.document, reference.rpartition("@")[2])
        for reference in (proposal.replaces, proposal.reference)
    )
    if old is None or new is None:
        raise NotFound("no_such_rule", zh="没有这条规则。", en="There is no such rule.")
    return old, new


def usual_days(last: date, days: int = 30) -> tuple[date, date]:
    """The first and last of so many days that end with `last`."""
    return last - timedelta(days=days - 1), last
