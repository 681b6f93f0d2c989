"""A certificate: its PDF, its file checked offline after import, and credits replayed from a log.

The paper is set anew with another number each time, so that nothing is answered from a memory of
the same page. The comparator of checking is the least that anyone could do: two Ed25519 signatures
of witnesses, one of the log, one of the issuer, verified by the library alone. The replay is of
ten thousand issues with the verifier's own signature, each sold, pledged, released and retired.

    make bench ARGS=certificate
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.verify.builder import Signer, b64
from tests.verify.paper import AT, Paper
from tests.verify.test_verify import verify

from tanhui.registry import leaves
from tanhui.registry.certificate import checking, paper
from tanhui.registry.certificate.credential import commitment
from tanhui.registry.certificate.paper import Standing

RUNS = 5
EACH = 20
ISSUES = 10_000
REQUIRED_PDF_MS = 100.0
REQUIRED_CHECK_MS = 10.0


def _ms(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of the runs, each the mean of some acts, in milliseconds."""
    times = []
    for _ in range(RUNS):
        begun = clock()
        for _ in range(EACH):
            act()
        times.append((clock() - begun) / EACH * 1000)
    return statistics.median(times)


def _papers() -> Callable[[], object]:
    count = iter(range(1_000_000))

    def made() -> bytes:
        of = Paper().changed(number=f"TH-2026-{next(count):06d}")
        credential = of.credential
        return paper.pdf(
            credential,
            committed=commitment(credential),
            standing=Standing(1_200),
            log_index=7_904_417,
            address=f"https://tanhui.example/certificates/{of.facts.number}",
            brand="碳惠天府",
        )

    return made


def _bare() -> Callable[[], object]:
    secret = Ed25519PrivateKey.generate()
    message, public = b"x" * 200, secret.public_key()
    signature = secret.sign(message)
    return lambda: [public.verify(signature, message) for _ in range(4)]


def _story() -> list[bytes]:
    """The leaves of ten thousand issues and of what became of each."""
    body, story = Signer("verify-a.example", 1), []
    story.append({"v": 1, "t": "verifier-key", "org": "A", "key": body.vkey, "at": "x"})
    for n in range(ISSUES):
        first, last = n * 100 + 1, n * 100 + 100
        said: dict[str, Any] = {
            "v": 1, "t": "verification", "project": "CDCER-0007", "period": n, "kg": 100,
            "opinion": "positive",
        }  # fmt: skip
        signature = b64(body.secret.sign(verify.canonical(said)))
        part, sold = (first + 10, first + 59), "A-000002"
        slices = [(first, last, "A-000001")]
        story += [
            leaves.issue_leaf(said=said, key=body.vkey, signature=signature, slices=slices, at=AT),
            leaves.transfer_leaf(slices=[part], source="A-000001", target=sold, at=AT),
            leaves.aside_leaf(kind="pledge", slices=[(*part, sold)], at=AT),
            leaves.release_leaf(slices=[(*part, sold)], at=AT),
            leaves.retire_leaf(
                number=f"TH-2026-{n:06d}", commitment=bytes(32), slices=[(*part, sold)], at=AT
            ),
        ]
    return [verify.canonical(leaf) for leaf in story]


def run() -> dict[str, object]:
    """Milliseconds for the paper and for checking, and seconds for the replay."""
    of = Paper()
    log = of.log()
    written, keys = of.written(log), of.keys(log)
    assert checking.fault(written, keys) == ""
    pdf = _ms(_papers())
    # Where other programs fill the machine, only the processor's time is the paper's own.
    pdf_processor = _ms(_papers(), time.process_time)
    one_file = _ms(lambda: verify.check_certificate(keys, written))
    product = _ms(lambda: checking.fault(written, keys))
    bare = _ms(_bare())
    story = _story()
    begun = time.perf_counter()
    _, blocks = verify.replay(story)
    seconds = time.perf_counter() - begun
    assert blocks[-2][1] == ISSUES * 100
    answer: dict[str, object] = {
        "pdf_ms": pdf,
        "pdf_processor_ms": pdf_processor,
        "required_pdf_ms": REQUIRED_PDF_MS,
        "check_by_one_file_ms": one_file,
        "check_by_product_ms": product,
        "four_bare_signatures_ms": bare,
        "required_check_ms": REQUIRED_CHECK_MS,
        "bytes": len(written),
        "replayed_events": len(story),
        "replay_seconds": seconds,
    }
    print(f"a certificate's PDF        {pdf:6.1f} ms (wanted {REQUIRED_PDF_MS:.0f} ms)")
    print(f"  of the processor's time  {pdf_processor:6.1f} ms")
    print(f"checked by the one file    {one_file:6.2f} ms (wanted {REQUIRED_CHECK_MS:.0f} ms)")
    print(f"checked by tanhui verify   {product:6.2f} ms; four bare signatures {bare:.2f} ms")
    print(f"{len(story):,} events of credits replayed, issues by their signature  {seconds:.2f} s")
    return answer
