"""Documents: the same everywhere, quick, in our own fonts, and honest about what they lack."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import pytest

from tanhui.registry.certificate import paper
from tanhui.registry.certificate.credential import commitment
from tanhui.registry.certificate.paper import Standing
from tanhui.render import documents
from tanhui.render.codes import qr_svg
from tests.verify.paper import AT, FACTS, Paper

GOOD = Standing(1_200)


def _content(of: Paper, standing: Standing = GOOD) -> dict[str, object]:
    return paper.content(
        of.credential,
        committed=commitment(of.credential),
        standing=standing,
        log_index=7_904_417,
        address="https://tanhui.example/certificates/TH-2026-000482",
        brand="碳惠天府",
    )


def _pdf(of: Paper, standing: Standing = GOOD, at: datetime = AT) -> bytes:
    return documents.compile("certificate", _content(of, standing), at=at)


def _many(count: int) -> Paper:
    line = FACTS.lines[0]
    lines = tuple(replace(line, first=1000 * n + 1, last=1000 * n + 9) for n in range(count))
    return Paper().changed(lines=lines)


def test_a_certificate_is_one_page_and_its_numbers_go_on_in_an_annex() -> None:
    of = Paper()
    assert _pdf(of).startswith(b"%PDF-")
    assert len(documents.pages("certificate", _content(of), at=AT)) == 1
    assert len(documents.pages("certificate", _content(_many(2)), at=AT)) == 1
    told = Standing(18, invalid_kg=9, replaced_kg=3, disputed=True)
    assert len(documents.pages("certificate", _content(_many(2), told), at=AT)) == 1
    assert len(documents.pages("certificate", _content(_many(40)), at=AT)) > 2


def test_the_same_facts_give_the_same_bytes() -> None:
    of = Paper()
    assert _pdf(of) == _pdf(of)
    assert _pdf(of) != _pdf(of.changed(beneficiary_zh="别人"))


def test_a_certificate_is_set_within_a_tenth_of_a_second() -> None:
    of = Paper()
    _pdf(of)
    begun = time.process_time()
    _pdf(of.changed(number="TH-2026-000999"))
    assert time.process_time() - begun < 0.1


def test_a_character_that_no_font_has_is_marked_and_said() -> None:
    known, rare = documents._known(), "\U0002a6a5"
    assert rare not in known
    assert {"郫", "邛", "崃", "鑫", "碳", "½", "№"} <= known
    plain, marked = (
        _content(Paper().changed(beneficiary_zh=name)) for name in ("某〓", f"某{rare}")
    )
    pictures = [documents.pages("certificate", each, at=AT)[0] for each in (plain, marked)]
    # Where a character is missing the page says so at its foot; a mark that was given says nothing.
    assert pictures[0] != pictures[1]


def test_a_template_that_is_not_there_is_a_defect() -> None:
    with pytest.raises(KeyError):
        documents.compile("../fonts/OFL", {}, at=AT)


def test_a_code_is_drawn_dark_on_white_in_every_theme() -> None:
    svg = qr_svg("https://tanhui.example/certificates/TH-2026-000482")
    assert svg.startswith("<svg")
    assert "#fff" in svg
    assert svg == qr_svg("https://tanhui.example/certificates/TH-2026-000482")


def test_the_fonts_come_with_their_licence_and_stay_small() -> None:
    files = list(documents.FONTS.iterdir())
    assert "SIL OPEN FONT LICENSE" in (documents.FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert sum(file.stat().st_size for file in files) < 8_000_000
