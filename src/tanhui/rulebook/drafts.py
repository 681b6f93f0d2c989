"""A text on its way to become a rule: its faults, and what stands in its way."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from tanhui.cases import queries as cases
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.rulebook import queries, shelf
from tanhui.rulebook.documents import Document, place_of, read_document, version_order
from tanhui.rulebook.queries import CASE_KIND, Publication
from tanhui.rulebook.shelf import Text

BODY_MAX = 200_000


class RuleFaulty(Invalid):
    """A text that cannot be a rule; `problems` are its faults, each with line and key."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(
            "rule_faulty",
            zh="文本有 {count} 处错误。第一处在第 {line} 行 {key}：{what_zh}",
            en="The text has {count} fault(s). The first, line {line}, {key}: {what_en}",
            count=len(problems),
            line=first.line,
            key=first.key or "—",
            what_zh=first.zh,
            what_en=first.en,
        )
        self.problems = tuple(problems)


def read_text(
    body: str, *, at: datetime, about: tuple[str, str] | None = None
) -> tuple[Document, Publication]:
    """A text's own head, with its place, and the version it would replace.

    `about` is the rule (its kind and name) that the text has to be a version of; without it, the
    text says so alone. Refuses: `rule_too_long`, `rule_faulty`, `rule_is_another`,
    `no_such_rule`, `not_a_rule_of_deeds`, `digest_known`, `version_not_higher`,
    `effective_not_future`, `validity_overlaps`.
    """
    if len(body) > BODY_MAX:
        raise Invalid(
            "rule_too_long",
            zh="文本太长，最多 {most} 字。",
            en="The text is too long; at most {most} letters.",
            most=BODY_MAX,
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rule.toml"
        path.write_text(body, encoding="utf-8")
        try:
            document = read_document(path, Path(folder))
        except ContentRefused as refusal:
            raise RuleFaulty(refusal.problems) from None
    if about is not None and (document.kind, document.id) != about:
        raise Conflict(
            "rule_is_another",
            zh="文本写的是“{written}”，这里改的是“{meant}”。要改那一条，从它自己的页面写起。",
            en="The text says “{written}”, and this page changes “{meant}”."
            " To change the other rule, begin from its own page.",
            written=":".join((document.kind, document.id)),
            meant=":".join(about),
        )
    known = queries.versions(document.kind, document.id)
    if not known:
        raise NotFound(
            "no_such_rule",
            zh="还没有“{reference}”这条规则。新版本从现行文本改起。",
            en="There is no rule “{reference}” yet. A new version begins from the text in force.",
            reference=document.id,
        )
    _check_against(document, known, at)
    eve = queries.in_force(document.kind, document.id, document.valid_from - timedelta(days=1))
    return replace(document, path=place_of(document, known[0].path)), eve or known[0]


def _check_against(document: Document, known: Sequence[Publication], at: datetime) -> None:
    same = queries.rows("of_digest", {"digest": document.digest})
    if same:
        raise Conflict(
            "digest_known",
            zh="这份文本已经发布过：{reference}。",
            en="This very text is published already: {reference}.",
            reference=same[0][0],
        )
    highest = max(known, key=lambda one: version_order(one.version))
    if document.order <= version_order(highest.version):
        raise Conflict(
            "version_not_higher",
            zh="版本 {version} 须高于已有的 {highest}。",
            en="The version {version} must be higher than {highest}, which there is.",
            version=document.version,
            highest=highest.version,
        )
    _check_future(document.valid_from, at)
    for other in known:
        ends = other.effective_until
        if other.effective_from >= document.valid_from or (
            ends is not None and ends >= document.valid_from
        ):
            raise Conflict(
                "validity_overlaps",
                zh="与 {reference} 的有效期重叠（自 {day} 起）。",
                en="It overlaps {reference}, which is in force from {day}.",
                reference=other.reference,
                day=other.effective_from.isoformat(),
            )


def _check_future(valid_from: date, at: datetime) -> None:
    if valid_from <= city_day(at):
        raise Conflict(
            "effective_not_future",
            zh="生效日 {day} 须在今天（{today}）之后。",
            en="The first day {day} must come after today ({today}).",
            day=valid_from.isoformat(),
            today=city_day(at).isoformat(),
        )


def earliest_day(at: datetime) -> date:
    """The first day a rule can have whose proposal is seconded at `at`.

    Its public notice begins then, and it begins at the earliest on the day after the notice.
    """
    kinds = cases.kinds()
    kind = kinds.newest(CASE_KIND)
    clock = kind.states[kind.steps["second"].to].clock
    return _day_after(clock.end(at, (), kinds.calendar) if clock else at)


def check_notice(valid_from: date, earliest: date) -> None:
    """Refuses `effective_before_notice` for a day that comes before the notice can end."""
    if valid_from < earliest:
        raise Conflict(
            "effective_before_notice",
            zh="生效日 {day} 太早：复核后还要公示，最早 {earliest}。",
            en="The first day {day} is too early: the public notice follows the second,"
            " so {earliest} is the earliest.",
            day=valid_from.isoformat(),
            earliest=earliest.isoformat(),
        )


def check_seconded(valid_from: date, notice_ends: datetime | None, at: datetime) -> None:
    """The same once the notice has begun; None where the city has no notice."""
    check_notice(valid_from, _day_after(notice_ends or at))


def _day_after(at: datetime) -> date:
    return city_day(at) + timedelta(days=1)


def root_with(document: Document, body: str) -> Path:
    """The content folder in force with one more text in it: for checking and for replaying."""
    own = Text(document.kind, document.id, document.version, document.digest, document.path, body)
    return shelf.lay_out(settings.TANHUI.content_root, [*shelf.missing_texts(), own])


def own_first(problems: Sequence[Problem], own: Path) -> list[Problem]:
    """The faults of the text itself before those that it causes elsewhere."""
    return sorted(problems, key=lambda problem: problem.path.resolve() != own.resolve())
