"""Two versions side by side, as a page shows them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tanhui.methodology.library import Library
from tanhui.methodology.pages.comparison import changed_symbols, comparison


def test_what_a_version_changes_is_named_symbol_by_symbol(library: Library) -> None:
    old = library.methodology("shared-bike.chengdu", "1.0.0")
    new = library.methodology("shared-bike.chengdu", "2.0.0")
    changed = changed_symbols(old, new)
    said = [
        (item.left.text.en if item.left else "", item.right.text.en if item.right else "")
        for item in changed
    ]
    assert ("d × EF", "d × EF_net") in said
    assert any("beh.sharedbike.meituan" in left for left, _ in said)
    assert ("", "19.04 g CO₂e/km") in said
    # The distance, its bounds and the result are the same in both, and not listed.
    assert len(changed) == 6
    assert changed_symbols(old, old) == ()


def test_the_examples_of_both_are_computed_under_both(library: Library) -> None:
    old = library.methodology("shared-bike.chengdu", "1.0.0")
    new = library.methodology("shared-bike.chengdu", "2.0.0")
    found = comparison(old, new)
    assert ("118,389", "113,527", "−4,862") in [
        (case.left, case.right, case.difference) for case in found.cases
    ]
    assert ("0", "0", "0") in [(case.left, case.right, case.difference) for case in found.cases]
    titles = [case.title.en for case in found.cases]
    assert titles.count("A ride of 2,431 m") == 1
    for language in ("zh", "en"):
        ET.fromstring(found.picture(language))


def test_tools_are_compared_by_what_they_say(library: Library) -> None:
    tool = library.methodology("fuel.ef")
    found = comparison(tool, tool)
    assert (found.changed, found.cases, found.difference) == ((), (), None)
    assert found.picture("zh") == ""
