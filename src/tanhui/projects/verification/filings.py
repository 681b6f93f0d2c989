"""What a verification body signs about a filing: the design and the papers as they are now."""

from __future__ import annotations

import hashlib

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.methodology.canonical import canonical_json
from tanhui.projects import papers, reading
from tanhui.projects.papers import Design
from tanhui.projects.reading import Project
from tanhui.projects.verification.signing import (
    NEGATIVE,
    POSITIVE,
    evidence_root,
    statement_bytes,
)


def filing_statement_for(actor: Actor, code: str, *, positive: bool = True) -> bytes:
    """The statement about a filing, as the body downloads and signs it.

    Refuses `no_such_project` and `design_missing`.
    """
    return statement_bytes(filing_statement(reading.readable(actor, code), positive))


def filing_statement(found: Project, positive: bool) -> dict[str, object]:
    """What is signed about a project's filing. Refuses `design_missing`."""
    hashes = [paper.latest.sha256 for paper in papers.documents(found.id)]
    return {
        "v": 1,
        "t": "validation",
        "project": found.code,
        "methodology": found.methodology,
        "digest": found.digest,
        "design": design_hash(found, _design(found)),
        "evidence": evidence_root(hashes),
        "opinion": POSITIVE if positive else NEGATIVE,
    }


def filing_version(found: Project) -> int:
    """The version of the design that an opinion is about. Refuses `design_missing`."""
    return _design(found).number


def design_hash(found: Project, design: Design) -> str:
    """SHA-256 (hex) over a version of the design in canonical JSON."""
    return hashlib.sha256(design_bytes(found, design)).hexdigest()


def design_file(actor: Actor, code: str) -> bytes:
    """The newest design as it was hashed, for those who take part.

    Refuses `no_such_project` and `design_missing`.
    """
    found = reading.readable(actor, code)
    return design_bytes(found, _design(found))


def design_bytes(found: Project, design: Design) -> bytes:
    """A version of the design as it was hashed."""
    told = {
        "v": 1,
        "t": "design",
        "project": found.code,
        "version": design.number,
        "digest": design.digest,
        "calculation": design.result["calculation"],
        "cells": design.cells,
        "reason": design.reason,
    }
    return canonical_json(told).encode()


def _design(found: Project) -> Design:
    kept = papers.designs(found.id)
    if not kept:
        raise Conflict(
            "design_missing",
            zh="还没有设计文件：下载工作簿，填好后上传，或在网页上填。",
            en="There is no design: fill in the workbook and send it, or fill in the form.",
        )
    return kept[-1]
