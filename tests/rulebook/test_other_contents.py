"""A release with other content: new files are founded or not, and no shortcut opens by them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.settings import Mode
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.methodology.check import pin
from tanhui.rulebook import commands, queries, shelf
from tanhui.rulebook.publishing import found
from tanhui.rulebook.shelf import current_root
from tanhui.scenes.reading import check_content
from tests.rulebook.acts import AT, decide, halved, propose, published, replay
from tests.rulebook.conftest import REGULATOR, Book

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("book")]


@pytest.fixture
def root(book: Book, settings: Settings) -> Path:
    """A content folder of the city's own, in which a release may lay other files."""
    root = Path(shutil.copytree(settings.TANHUI.content_root, book.folder / "content"))
    settings.TANHUI = replace(settings.TANHUI, content_root=root)
    return root


def _release(root: Path, body: str, name: str = "shared-bike-next.toml") -> None:
    (root / "chengdu/tariffs" / name).write_text(body, encoding="utf-8")
    assert pin(root, root / "chengdu/tariffs", freeze=True, checkers=(check_content,))


def _code(act: object) -> str:
    with pytest.raises(Refusal) as caught:
        act()  # type: ignore[operator]
    return caught.value.code


def test_a_version_that_came_between_stops_the_publication(root: Path) -> None:
    proposal = propose()
    replay(proposal)
    between = halved(AT.date() + timedelta(days=2), version="2.5.0", per="10 g")
    _release(root, between)
    assert found(actor=platform_actor(), at=AT) == 1
    assert _code(lambda: decide(proposal)) == "replaced_changed"
    assert queries.case_of(proposal).state == "ready"


def test_in_production_a_release_puts_nothing_into_force(root: Path, settings: Settings) -> None:
    _release(root, halved())
    settings.TANHUI = replace(settings.TANHUI, mode=Mode.PRODUCTION)
    assert found(actor=platform_actor(), at=AT) == 0
    assert [one.version for one in queries.versions("tariff", "points.shared-bike")] == [
        "2.0.0",
        "1.0.0",
    ]


def test_a_text_that_a_release_brings_on_disk_is_read_from_there(root: Path) -> None:
    publication = published()
    assert current_root() != root
    _release(root, queries.text_of(publication))
    # A running program stays with the folder it has; the release's own begins without one.
    shelf._laid.clear()
    assert current_root() == root


def test_the_table_asks_for_three_persons_where_the_content_forgot(root: Path) -> None:
    path = root / "chengdu/cases/rule-publication.toml"
    kind = path.read_text(encoding="utf-8").replace('version = "1.0.0"', 'version = "1.1.0"')
    path.write_text(kind.replace('not_by = ["open", "second"]', 'not_by = ["open"]'), "utf-8")
    proposal = propose()
    replay(proposal)
    commands.second(actor=REGULATOR, proposal_id=proposal.id, words="x", at=AT)
    later = AT + timedelta(days=4)
    commands.end_notices(actor=platform_actor(), at=later)
    publish = lambda: commands.publish(  # noqa: E731
        actor=REGULATOR, proposal_id=proposal.id, words="x", at=later
    )
    assert _code(publish) == "three_persons_needed"


def test_a_founded_text_that_is_gone_is_said_to_be(root: Path) -> None:
    (publication,) = (one for one in queries.publications() if one.reference == "points.bus@1.0.0")
    (root / publication.path).unlink()
    assert _code(lambda: queries.text_of(publication)) == "rule_text_gone"
