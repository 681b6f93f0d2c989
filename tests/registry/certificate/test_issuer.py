"""Who signs certificates: the newest Ed25519 key, with a line in SM2 where a device makes one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.kernel.refusals import Invalid
from tanhui.registry.certificate import issuer, proofs
from tanhui.runtime.keys.algorithms import Algorithm
from tanhui.runtime.keys.file import Key, read_keys, write_keys
from tanhui.runtime.keys.ring import Keys, key_id
from tests.runtime.keys.device import OpenSsl
from tests.verify.builder import ORIGIN
from tests.verify.paper import FACTS, build


def _device_key(name: str, folder: Path) -> Key:
    """An SM2 key that lies in the stand-in of a device."""
    folder.mkdir()
    handle = OpenSsl().make_key(folder)
    return Key(name, Algorithm.SM2_SM3, key_id(name, handle), handle, "device")


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> Path:
    """The file of a ring of these tests, with a device."""
    ring = Keys(tmp_path / "keyring.toml", generate=True)
    ring.listing()
    settings.TANHUI = replace(
        settings.TANHUI, keyring=ring.path, key_device="tests.runtime.keys.device:OpenSsl"
    )
    return ring.path


def test_a_device_adds_a_line_in_sm2_that_the_signature_covers(path: Path, tmp_path: Path) -> None:
    signer = issuer.issuer()
    credential = build(FACTS, signer, ORIGIN)
    created = "2026-05-13T02:50:00Z"
    assert len(issuer.secure(credential, signer=signer, created=created)) == 1
    write_keys(
        path,
        [*read_keys(path), _device_key("certificate-sm2", tmp_path / "device")],
        replace=True,
    )
    first, second = issuer.secure(credential, signer=signer, created=created)
    assert first["cryptosuite"] == proofs.SM2_SUITE
    assert second["previousProof"] == first["id"]
    public = OpenSsl().public(17, str(tmp_path / "device" / "sm2.pem").encode())
    options = {key: value for key, value in first.items() if key != "proofValue"}
    text, rest = proofs.hash_data(credential, options), str(first["proofValue"])
    signature = next(data for size in range(68, 74) if (data := _sized(rest, size)) is not None)
    assert OpenSsl().verify(17, public, text, signature)


def _sized(text: str, size: int) -> bytes | None:
    try:
        return proofs.unmultibase(text, size)
    except (ValueError, OverflowError):
        return None


def test_a_key_that_is_not_ed25519_signs_no_certificate(path: Path, tmp_path: Path) -> None:
    others = [key for key in read_keys(path) if key.name != "certificate"]
    write_keys(path, [*others, _device_key("certificate", tmp_path / "device")], replace=True)
    with pytest.raises(Invalid) as refused:
        issuer.issuer()
    assert refused.value.code == "certificate_key_not_ed25519"
    assert issuer.issuers() == []


def test_an_older_key_stays_named(path: Path) -> None:
    first = issuer.issuer().did
    Keys(path).rotate("certificate")
    second = issuer.issuer().did
    assert issuer.issuers() == [first, second]


def test_a_ring_from_before_certificates_gets_its_key_where_rings_are_made(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keyring.toml", generate=True)
    kept = [key for key in ring.listing() if key.name != "certificate"]
    write_keys(ring.path, kept, replace=True)
    assert Keys(ring.path, generate=True).public_key("certificate").raw
    assert [key.name for key in read_keys(ring.path)].count("certificate") == 1
