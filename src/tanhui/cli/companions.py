"""The programs that run beside the server: the public log's publisher, and witnesses in a demo."""

from __future__ import annotations

import socket

from django.conf import settings

from tanhui.cli.log import write_policy
from tanhui.cli.serving import verb
from tanhui.cli.witness import own_signer
from tanhui.publiclog import site
from tanhui.tlog.policy import Witness

# The demo's own; a city asks three organisations that do not depend on it or on each other.
DEMO_WITNESSES = ("w1.witness.example", "w2.witness.example", "w3.witness.example")
QUORUM = 2


def companions() -> list[list[str]]:
    """Python's words of each program. Outside a demo the policy names witnesses of others."""
    if settings.TANHUI.simulated:
        return [*_demo_witnesses(), verb("log", "publish")]
    return [verb("log", "publish")] if site.folder().text("policy") is not None else []


def _demo_witnesses() -> list[list[str]]:
    """Three witnesses on ports that are free now, and a policy that says where they are."""
    log = site.signer().key.vkey
    ports = _free_ports(len(DEMO_WITNESSES))
    witnesses, words = [], []
    for name, port in zip(DEMO_WITNESSES, ports, strict=True):
        folder = settings.TANHUI.var / "witnesses" / name
        key = own_signer(name, folder).key
        witnesses.append(Witness(name, key, f"http://127.0.0.1:{port}"))
        place = ["--port", str(port), "--folder", str(folder)]
        words.append(["-m", "tanhui.cli.witness", name, *place, "--log", log])
    write_policy(tuple(witnesses), QUORUM)
    return words


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
