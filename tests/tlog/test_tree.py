"""The tree agrees with RFC 6962, with every foreign vector, and with itself."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.tlog import tree
from tanhui.tlog.encoding import Unproven
from tests.tlog.trees import MemoryLog, root_by_the_book, some_leaves


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / "vectors.json").read_text("utf-8"))
    return found


def _cases(shared: Path, kind: str) -> list[dict[str, Any]]:
    folder = shared / "vectors" / "transparency-dev-merkle" / kind
    cases = [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.json"))]
    assert len(cases) == 98
    return cases


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _holds(check: Any, **facts: Any) -> bool:
    try:
        check(**facts)
    except Unproven:
        return False
    return True


def test_every_foreign_inclusion_case(shared: Path) -> None:
    for case in _cases(shared, "inclusion"):
        held = _holds(
            tree.verify_inclusion,
            index=case["leafIdx"],
            size=case["treeSize"],
            leaf=_bytes(case["leafHash"]),
            proof=[_bytes(each) for each in case["proof"] or []],
            root=_bytes(case["root"]),
        )
        assert held is not case["wantErr"], case["desc"]


def test_every_foreign_consistency_case(shared: Path) -> None:
    for case in _cases(shared, "consistency"):
        held = _holds(
            tree.verify_consistency,
            old=case["size1"],
            new=case["size2"],
            old_root=_bytes(case["root1"]),
            new_root=_bytes(case["root2"]),
            proof=[_bytes(each) for each in case["proof"] or []],
        )
        assert held is not case["wantErr"], case["desc"]


def test_foreign_roots_and_hashes(vectors: dict[str, Any]) -> None:
    rfc = vectors["rfc6962"]
    assert tree.EMPTY_ROOT.hex() == rfc["empty_root"]
    assert tree.leaf_hash(b"L123456").hex() == rfc["leaf_of_L123456"]["hash"]
    assert tree.node_hash(b"N123", b"N456").hex() == rfc["node_of_N123_N456"]["hash"]
    log = MemoryLog()
    for leaf, root in zip(rfc["leaves_hex"], rfc["root_after_n_leaves"], strict=True):
        log.append([bytes.fromhex(leaf)])
        assert log.edge.root.hex() == root
    hello = base64.b64decode(vectors["tlog"]["root_of_single_leaf_hello_world_b64"])
    assert tree.leaf_hash(b"hello world") == hello


def test_all_pairs_of_sizes_up_to_a_hundred() -> None:
    leaves = some_leaves(100)
    log = MemoryLog()
    log.append(leaves)
    roots = [root_by_the_book(leaves[:size]) for size in range(101)]
    for new in range(1, 101):
        read = log.hashes(new)
        assert tree.root(new, read) == roots[new]
        for at in range(new):
            proof = tree.inclusion_proof(at, new, read)
            leaf = tree.leaf_hash(leaves[at])
            facts = {"index": at, "size": new, "leaf": leaf, "proof": proof, "root": roots[new]}
            tree.verify_inclusion(**facts)  # type: ignore[arg-type]
            assert not _holds(tree.verify_inclusion, **{**facts, "root": roots[new - 1]})
            if at:
                found = tree.consistency_proof(at, new, read)
                pair = {"old": at, "new": new, "old_root": roots[at], "new_root": roots[new]}
                tree.verify_consistency(**pair, proof=found)  # type: ignore[arg-type]
                wrong = {**pair, "old_root": roots[at - 1]}
                assert not _holds(tree.verify_consistency, **wrong, proof=found)


@given(
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=5),
    data=st.data(),
)
def test_a_tree_that_grows_in_steps_is_the_tree_of_its_leaves(
    sizes: list[int], data: st.DataObject
) -> None:
    leaves = some_leaves(sum(sizes))
    log, total, old = MemoryLog(), 0, 0
    for step in sizes:
        log.append(leaves[total : total + step])
        old, total = total, total + step
    assert log.edge.size == total
    assert log.edge.root == tree.root(total, log.hashes(total))
    assert log.edge.root == tree.fold(tree.leaf_hashes(leaves)) == root_by_the_book(leaves)
    at = data.draw(st.integers(0, total - 1))
    proof = tree.inclusion_proof(at, total, log.hashes(total))
    facts = {"index": at, "size": total, "leaf": tree.leaf_hash(leaves[at]), "proof": proof}
    tree.verify_inclusion(**facts, root=log.edge.root)  # type: ignore[arg-type]
    if proof:
        broken = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = int.from_bytes(proof[broken], "big") ^ 1 << bit
        changed = [*proof]
        changed[broken] = flipped.to_bytes(32, "big")
        assert not _holds(tree.verify_inclusion, **{**facts, "proof": changed}, root=log.edge.root)
        for other in (proof[1:], [*proof, proof[0]]):
            assert not _holds(
                tree.verify_inclusion, **{**facts, "proof": other}, root=log.edge.root
            )
    if old:
        found = tree.consistency_proof(old, total, log.hashes(total))
        old_root = tree.root(old, log.hashes(old))
        tree.verify_consistency(
            old=old, new=total, old_root=old_root, new_root=log.edge.root, proof=found
        )


def test_proofs_that_cannot_be_are_defects() -> None:
    log = MemoryLog()
    log.append(some_leaves(3))
    with pytest.raises(ValueError, match="no such leaf"):
        tree.inclusion_proof(3, 3, log.hashes(3))
    with pytest.raises(ValueError, match="smaller"):
        tree.consistency_proof(4, 3, log.hashes(3))
    assert tree.consistency_proof(0, 3, log.hashes(3)) == []
    assert tree.consistency_proof(3, 3, log.hashes(3)) == []
