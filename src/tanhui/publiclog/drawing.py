"""Asking witnesses for their part in a draw: to bind themselves, and later to tell their secret."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tanhui.publiclog import asking, queries, site
from tanhui.publiclog.asking import Answer
from tanhui.tlog import draws
from tanhui.tlog.draws import Binding, Telling, Told
from tanhui.tlog.encoding import Malformed, Unproven
from tanhui.tlog.policy import Witness
from tanhui.tlog.proof import Proof
from tanhui.tlog.tree import inclusion_proof

_log = logging.getLogger("tanhui.publiclog")


class Send(Protocol):
    """Sends a body to a path of a witness."""

    def __call__(self, witness: Witness, path: str, body: bytes) -> Answer: ...


def post(witness: Witness, path: str, body: bytes) -> Answer:
    """Over the network, to the witness's address."""
    return asking.post_body(f"{witness.address}{path}", body)


def bind(label: str, *, send: Send = post) -> dict[str, str]:
    """The digests by which witnesses bind themselves for the draw of `label`, by their keys.

    Those that do not answer are left out; no answer at all where too few are left for the log's
    policy. Refuses: `log_policy_missing`, `log_policy_unreadable`.
    """
    policy = site.policy()
    binding = Binding(site.signer().key.name, label)
    answers = _each(policy.witnesses, lambda each: send(each, draws.BIND_PATH, binding.written))
    found: dict[str, str] = {}
    names: set[str] = set()
    for witness, answer in answers.items():
        digest = answer.body.removesuffix("\n")
        if answer.status == 200 and draws.is_digest(digest):
            found[witness.key.vkey] = digest
            names.add(witness.name)
        else:
            _log.warning("witness %s binds itself to no draw: %s", witness.name, answer.status)
    return found if names and policy.fulfilled(names) else {}


def tell(
    outbox_id: int, *, opened: bytes, bound: Mapping[str, str], send: Send = post
) -> dict[str, Told]:
    """The secrets that witnesses tell, by their keys, once the closing leaf is published.

    `bound` are the digests of those that are asked, by their keys. What is not what a witness was
    bound to is no answer. Refuses: `log_policy_missing`, `log_policy_unreadable`.
    """
    policy = site.policy()
    proof = _whole_proof(outbox_id)
    if proof is None:
        return {}
    closed, written = proof
    asked = [each for each in policy.witnesses if each.key.vkey in bound]
    wish = Telling(opened, closed, written).written
    told: dict[str, Told] = {}
    for witness, answer in _each(asked, lambda each: send(each, draws.TELL_PATH, wish)).items():
        vkey = witness.key.vkey
        try:
            if answer.status != 200:
                raise Unproven(f"{answer.status} {answer.body.strip()[:200]}")
            said = Told.parse(answer.body)
            draws.check_told(said, key=witness.key, digest=bound[vkey], closed=closed)
        except (Malformed, Unproven) as fault:
            _log.warning("witness %s tells no secret of a draw: %s", witness.name, fault)
            continue
        told[vkey] = said
    return told


def _whole_proof(outbox_id: int) -> tuple[bytes, bytes] | None:
    """The leaf, and its proof by the published checkpoint with every cosignature there is."""
    published, index = queries.published(), queries.position(outbox_id)
    if published is None or index is None:
        return None
    note, believed = published
    size = believed.checkpoint.size
    leaf = queries.leaf(index)
    if leaf is None:
        return None
    path = tuple(inclusion_proof(index, size, queries.hashes(size)))
    return leaf, Proof(index, path, note).written.encode()


def _each(
    witnesses: list[Witness] | tuple[Witness, ...], ask: Callable[[Witness], Answer]
) -> dict[Witness, Answer]:
    if not witnesses:
        return {}
    with ThreadPoolExecutor(len(witnesses)) as pool:
        return dict(zip(witnesses, pool.map(ask, witnesses), strict=True))
