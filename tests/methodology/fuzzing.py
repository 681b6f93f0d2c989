"""Spoiling the library for minutes: `make fuzz MINUTES=10`. Prints one JSON object.

The suite runs the same mutations for some hundred cases. Nothing here is random between runs of one
seed; a fault names the seed that makes it again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import polars as pl
from tests.methodology.mutations import (
    BIKE,
    CONTENT,
    MUTATIONS,
    SHELF_FILES,
    documents,
    inputs_mutated,
    lines_mutated,
    structure_mutated,
)

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.conventions import convention_problems
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.expression import walk
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.library import check_content
from tanhui.methodology.mathml import formula_mathml
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.render import formula_text
from tanhui.methodology.shelves import open_shelf
from tanhui.methodology.units import Quantity
from tanhui.methodology.worked import example_problems

MOST_SECONDS = 1.0


def read_spoiled(text: str, shelf: Shelf, path: Path) -> str:
    """What became of a spoiled document: `refused`, `wrong` (its examples), or `accepted`.

    Whatever is accepted must be computed, written and compiled. Raises what nobody meant to raise.
    """
    path.write_text(text, encoding="utf-8")
    faults: tuple[Problem, ...] = ()
    try:
        methodology = read_methodology(path, shelf)
    except ContentRefused as refusal:
        faults = refusal.problems
    if faults:
        assert all(fault.zh and fault.en and fault.line >= 0 for fault in faults)
        return "refused"
    unusual = convention_problems(methodology)
    problems = [*example_problems(methodology), *unusual]
    assert all(fault.zh and fault.en for fault in problems)
    for formula in methodology.formulas:
        assert formula_text(formula.tree)
        assert formula_mathml(formula.symbol, formula.tree)
        assert list(walk(formula.tree))
    if methodology.kind == "citizen" and not unusual:
        both_agree(methodology)
    return "wrong" if problems else "accepted"


def both_agree(methodology: Methodology) -> None:
    """Both evaluators give the same integers for the examples, those that are refused included."""
    if any(len(factor.rows) > 1 and not factor.axes for factor in methodology.factors):
        return
    kernel = compile_kernel(methodology)
    rows: list[dict[str, int | str | None]] = []
    exact: list[int | None] = []
    for example in methodology.examples:
        row = _row(methodology, example.inputs)
        if row is None:
            continue
        rows.append(row)
        try:
            exact.append(evaluate(methodology, example.inputs).result)
        except Refusal:
            exact.append(None)
    if not rows:
        return
    names = {name: pl.Int64 for name, _ in kernel.bounds}
    frame = pl.DataFrame(rows, schema={**names, **{name: pl.String for name, _ in kernel.options}})
    assert kernel.quantify(frame).to_list() == exact


def _row(methodology: Methodology, given: dict[str, Given]) -> dict[str, int | str | None] | None:
    """The case as a row of whole numbers and options; None where it is no such row."""
    row: dict[str, int | str | None] = {}
    left = dict(given)
    for declared in methodology.inputs:
        value = left.pop(declared.symbol, None)
        row[declared.column] = None
        if value is None:
            continue
        if not isinstance(value, Quantity) or value.unit.signature != declared.unit.signature:
            return None
        whole = value.to(declared.unit).value
        if whole.denominator != 1 or abs(whole) >= 2**63:
            return None
        row[declared.column] = int(whole)
    for scenario in methodology.scenarios:
        choice = left.pop(scenario.name, None)
        if choice is not None and not isinstance(choice, Choice):
            return None
        row[scenario.column] = choice.option if choice else None
    return None if left else row


def check_spoiled(file: str, text: str, root: Path) -> str:
    """What became of a small content folder under `root` with this file spoiled."""
    for name in (*SHELF_FILES, BIKE):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((CONTENT / name).read_bytes())
    (root / file).write_text(text, encoding="utf-8")
    problems = check_content(root)
    assert all(fault.zh and fault.en for fault in problems)
    return "refused" if problems else "accepted"


def evaluate_spoiled(text: str, methodology: Methodology, shelf: Shelf) -> str:
    """What became of spoiled inputs: `refused` or `accepted`. Raises what nobody meant."""
    said: Refusal | None = None
    try:
        evaluation = evaluate(methodology, parse_inputs(text, shelf.units))
    except Refusal as refusal:
        said = refusal
    if said is not None:
        assert said.zh
        assert said.en
        return "refused"
    assert evaluation.digest.startswith("sha256:")
    return "accepted"


def _shelf_mutated(source: random.Random, text: str) -> str:
    return source.choice([lines_mutated, structure_mutated])(source, text)


def run(minutes: float, first_seed: int) -> dict[str, object]:
    """Cases of every sort in turn until the time is up."""
    shelf = open_shelf(CONTENT)
    sources = [(path, path.read_text(encoding="utf-8")) for path in documents()]
    known = {path: read_methodology(path, shelf) for path, _ in sources}
    counts: Counter[str] = Counter()
    faults: list[str] = []
    slowest, slowest_case, seed = 0.0, "", first_seed
    mutations = {**MUTATIONS, "inputs": inputs_mutated, "shelf": _shelf_mutated}
    sorts = list(mutations)
    shelf_texts = {name: (CONTENT / name).read_text(encoding="utf-8") for name in SHELF_FILES}
    deadline = time.monotonic() + minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        spoiled = Path(folder) / "spoiled.toml"
        while time.monotonic() < deadline:
            seed += 1
            source, sort = random.Random(seed), sorts[seed % len(sorts)]
            path, text = source.choice(sources)
            case = f"{sort} {path.name} seed {seed}"
            if sort == "shelf":
                file = source.choice(SHELF_FILES)
                case, text = f"shelf {file} seed {seed}", shelf_texts[file]
            mutated = mutations[sort](source, text)
            started = time.process_time()
            try:
                if sort == "inputs":
                    answer = evaluate_spoiled(mutated, known[path], shelf)
                elif sort == "shelf":
                    answer = check_spoiled(file, mutated, Path(folder) / "content")
                else:
                    answer = read_spoiled(mutated, shelf, spoiled)
                counts[f"{sort} {answer}"] += 1
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{Path(last.filename).name}:{last.lineno}"
                faults.append(f"{case}: {type(error).__name__} at {place}: {error}"[:300])
            took = time.process_time() - started
            if took > slowest:
                slowest, slowest_case = took, case
            if took > MOST_SECONDS:
                faults.append(f"{case}: {took:.1f} s")
    return {
        "minutes": minutes,
        "seeds": [first_seed + 1, seed],
        "cases": seed - first_seed,
        "answers": dict(sorted(counts.items())),
        "slowest_seconds": round(slowest, 3),
        "slowest_case": slowest_case,
        "faults": faults,
    }


def main() -> None:
    """Exit code 1 when there was any fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    report = run(given.minutes, given.seed)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    sys.exit(bool(report["faults"]))


if __name__ == "__main__":
    main()
