"""Proposing a rule with the checks of the rooms that will go by it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tanhui.behaviours.detectors import registry
from tanhui.kernel.actors import Actor
from tanhui.methodology import library as methodologies
from tanhui.methodology.problems import Problem
from tanhui.methodology.tomlfile import TomlFile
from tanhui.rulebook import commands
from tanhui.rulebook.queries import Proposal
from tanhui.scenes import reading as scenes


def check_rule(root: Path, kind: str, path: str) -> list[Problem]:
    """Every fault of the folder that has to do with one kind of rule, as `content check` has it."""
    if kind == "detector":
        return registry.check_content(root)
    if kind != "methodology":
        return scenes.check_content(root)
    place = root / path
    file = TomlFile(place)
    head = file.data["methodology"]
    problems = []
    for key, wanted in (("status", "published"), ("kind", "citizen")):
        if head.get(key) != wanted:
            zh = f"提案里这里须写 {wanted}"
            en = f"a proposal says {wanted} here"
            line = file.line(("methodology", key))
            problems.append(Problem(place, line, f"methodology.{key}", "not_for_book", zh, en))
    return problems + methodologies.check_content(root)


def propose_rule(
    *,
    actor: Actor,
    body: str,
    reason: str,
    at: datetime,
    about: tuple[str, str] | None = None,
) -> Proposal:
    """Proposes a new version of a rule; refuses as `rulebook.commands.propose`."""
    return commands.propose(
        actor=actor, body=body, reason=reason, check=check_rule, at=at, about=about
    )


def faults_of(body: str, *, at: datetime, about: tuple[str, str] | None = None) -> list[Problem]:
    """The faults of a text that is being written, line by line; proposes nothing.

    Refuses as `rulebook.commands.faults_of` for what is no fault of a line.
    """
    return commands.faults_of(body=body, check=check_rule, at=at, about=about)
