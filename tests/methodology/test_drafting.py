"""A new methodology is a faultless draft at once, whatever its path, and never covers another."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.methodology.conftest import CHECKOUT

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.check import check_path
from tanhui.methodology.drafting import TEMPLATES, USUAL_FIELDS, new_document
from tanhui.methodology.exact import evaluate
from tanhui.methodology.library import Library

PATHS = sorted(USUAL_FIELDS)


@pytest.mark.parametrize("path", PATHS)
def test_a_fresh_draft_is_faultless_and_computes_its_own_examples(world: Path, path: str) -> None:
    written = new_document(world, "fresh-draft", path)
    field = USUAL_FIELDS[path]
    assert written == world / f"chengdu/methodologies/{path}/{field}/fresh-draft.toml"
    assert check_path(world, None, ()) == []
    draft = Library.load(world).referenced("fresh-draft.chengdu@1.0.0")
    assert (draft.status, draft.kind, draft.topic) == ("draft", path, field)
    usual, *others = draft.examples
    assert evaluate(draft, usual.inputs).outputs.keys() >= usual.expected.keys()
    assert {"refused"} <= {example.shows for example in others}


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_table_of_a_template_is_explained_in_both_languages(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    tables = set(re.findall(r"^\[+([a-z]+)", text, re.MULTILINE))
    assert sum(bool(re.search("[\u4e00-\u9fff]", line)) for line in comments) >= len(tables) - 4
    assert sum(not re.search("[\u4e00-\u9fff]", line) for line in comments) >= len(tables) - 4
    assert "待写" in text
    assert "to be written" in text.lower()


@pytest.mark.parametrize(
    ("name", "path", "field", "city", "code"),
    [
        ("", "citizen", "", "chengdu", "malformed_name"),
        ("Stairs", "citizen", "", "chengdu", "malformed_name"),
        ("../stairs", "citizen", "", "chengdu", "malformed_name"),
        ("爬楼梯", "citizen", "", "chengdu", "malformed_name"),
        ("a" * 61, "citizen", "", "chengdu", "malformed_name"),
        ("stairs", "deed", "", "chengdu", "unknown_path"),
        ("stairs", "citizen", "climbing", "chengdu", "unknown_field"),
        ("stairs", "citizen", "", "nowhere", "no_such_city"),
        ("stairs", "citizen", "", "../chengdu", "no_such_city"),
        ("shared-bike", "citizen", "travel", "chengdu", "document_exists"),
        ("shared-bike", "project", "", "chengdu", "document_exists"),
    ],
)
def test_a_bad_name_or_one_that_is_taken_is_refused_in_one_sentence(
    world: Path, name: str, path: str, field: str, city: str, code: str
) -> None:
    before = sorted(world.rglob("*.toml"))
    with pytest.raises(Invalid) as refused:
        new_document(world, name, path, field, city)
    assert refused.value.code == code
    assert "\n" not in refused.value.zh + refused.value.en
    assert sorted(world.rglob("*.toml")) == before


def test_the_make_verb_writes_it_and_refuses_to_write_it_twice(world: Path) -> None:
    def make() -> subprocess.CompletedProcess[str]:
        # The checkout is already prepared; `ready` would only ask the package index again.
        words = ["make", "-s", "-o", "ready", "new-methodology", "NAME=taking-stairs"]
        own = {"TANHUI_CONTENT": str(world), "TANHUI_LANGUAGE": "en"}
        return subprocess.run(
            [*words, "FIELD=living"], cwd=CHECKOUT, env={**os.environ, **own},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    first, second = make(), make()
    assert first.returncode == 0, first.stderr
    written = world / "chengdu/methodologies/citizen/living/taking-stairs.toml"
    assert first.stdout.strip() == str(written)
    assert written.is_file()
    assert second.returncode != 0
    assert second.stderr.startswith("document_exists: there is already a document taking-stairs")
