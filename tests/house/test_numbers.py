"""Quantities are integers: floating point lives where it is named here, with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import SOURCE, Fault, files, found_in, module_of, report

# A folder ends in a slash. Nothing here touches an amount that is recorded.
ALLOWED = {
    "methodology/": "reads decimals of documents into exact fractions, and refuses floats there",
    "geo/": "trigonometry; what comes out is floored to whole metres before anything uses it",
    "partners/cells.py": "the layout step: cells of an operator's file, scaled to whole units",
    "partners/form.py": "the layout step: what an operator's unit is in ours",
    "partners/stations.py": "the layout step: places of an operator's stations",
    "partners/sniffing.py": "looks at a file that nobody has described; records nothing",
    "partners/guessing.py": "guesses what columns are; a person confirms, and the layout reads",
    "partners/proposal.py": "proposes a layout from guesses; a person confirms it",
    "partners/trial.py": "tells the sums of a file; records nothing",
    "partners/trips.py": "the layout step: coordinates and odometers, floored to whole metres",
    "partners/raw.py": "recognises a JSON number in a partner's line",
    "runtime/postgres/": "seconds of waiting for the server",
    "cli/": "seconds of waiting and seconds told; JSON has no other numbers",
    "projects/filing/places.py": "places in degrees: checked, drawn, put into a district",
    "web/shapes.py": "a picture: degrees become pixels; nothing is counted there",
    "board/maps.py": "a picture: degrees become pixels; nothing is counted there",
    "behaviours/items.py": "recognises a JSON number in an item; the row keeps whole units",
    "behaviours/commands.py": "seconds told with the result of a file",
}
_TYPES = {"float", "Float64", "Float32", "float64", "float32", "double"}


def float_faults(tree: ast.Module) -> Iterator[Fault]:
    """Floating-point literals, annotations, conversions and column types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"the literal {node.value}"
        elif isinstance(node, ast.Name) and node.id in _TYPES:
            yield node.lineno, f"the name {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in _TYPES:
            yield node.lineno, f"the type {node.attr}"


def _allowed(module: str) -> bool:
    return any(
        module.startswith(place) if place.endswith("/") else module == place for place in ALLOWED
    )


def test_no_float_beyond_the_list() -> None:
    assert not report(
        [path for path in files("src") if not _allowed(module_of(path))], float_faults
    )


def test_the_list_holds_nothing_that_needs_no_exception() -> None:
    for place in ALLOWED:
        paths = [path for path in files("src") if module_of(path).startswith(place)]
        assert paths, f"{place} is gone from {SOURCE.name}"
        assert report(paths, float_faults), f"{place} holds no float any more"


def test_bad_samples_are_found() -> None:
    assert found_in("x = 0.1", float_faults) == ["the literal 0.1"]
    assert found_in("def f(x: float): ...", float_faults) == ["the name float"]
    assert found_in("pl.col('x').cast(pl.Float64)", float_faults) == ["the type Float64"]
    assert not found_in("x = 3 // 2", float_faults)
