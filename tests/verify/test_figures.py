"""Foreign vectors, and the figures the verifier must reach."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest

from tests.verify.builder import leaf_bytes, sha, small_log, sums, totals
from tests.verify.test_verify import verify


def test_foreign_vectors_of_inclusion_agree(shared: Path) -> None:
    cases = sorted((shared / "vectors/transparency-dev-merkle/inclusion").rglob("*.json"))
    assert len(cases) == 98
    for path in cases:
        case = json.loads(path.read_text(encoding="utf-8"))
        proof = [base64.b64decode(one) for one in case["proof"] or []]
        leaf = base64.b64decode(case["leafHash"] or "")
        try:
            root = verify.root_from(case["leafIdx"], case["treeSize"], leaf, proof)
        except verify.Wrong:
            root = None
        holds = root == base64.b64decode(case["root"] or "")
        assert holds == (not case["wantErr"]) or len(leaf) != 32, path


def test_foreign_roots_agree(shared: Path) -> None:
    facts = json.loads((shared / "vectors/vectors.json").read_text(encoding="utf-8"))["rfc6962"]
    assert verify.root_of([]).hex() == facts["empty_root"]
    leaves = [bytes.fromhex(one) for one in facts["leaves_hex"]]
    hashes = [verify.hashed(b"\0", leaf) for leaf in leaves]
    for size, root in enumerate(facts["root_after_n_leaves"], 1):
        assert verify.root_of(hashes[:size]).hex() == root


def test_a_proof_is_checked_within_ten_milliseconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = small_log()
    folder = log.write(tmp_path)
    (folder / "proof").write_text(log.proof(9), encoding="utf-8")
    (folder / "leaf").write_bytes(log.leaves[9])
    arguments = [str(folder / name) for name in ("proof", "leaf")]
    took = []
    for _ in range(9):
        begun = time.perf_counter()
        assert verify.main(["proof", *arguments, "--policy", str(folder / "policy")]) == 0
        took.append(time.perf_counter() - begun)
    # The best of some: the others tell what else runs on this machine.
    assert min(took) <= 0.010, took
    assert capsys.readouterr().out == "valid\n" * 9


def test_two_hundred_thousand_events_are_replayed_within_ten_seconds() -> None:
    leaves = [
        leaf_bytes(sums(n, (f"2026-11-{n % 20 + 1:02d}", f"scene-{n % 8}", 1, 118_389, 11)))
        for n in range(200_000)
    ]
    day = [[f"scene-{n}", 5_000, 591_945_000, 55_000] for n in (0, 4)]
    whole = (200_000, 23_677_800_000, 2_200_000)
    leaves.append(leaf_bytes(totals("2026-11-01", day, (10_000, 1_183_890_000, 110_000), whole)))
    # The processor's time: what others do on this machine at the same time is not the program's.
    begun = time.process_time()
    stated, _ = verify.replay(leaves)
    root = verify.root_of([verify.hashed(b"\0", leaf) for leaf in leaves])
    took = time.process_time() - begun
    assert stated["2026-11-01"]["deeds"] == 10_000
    assert len(root) == len(sha(b""))
    assert took <= 10, took
