"""What a certificate states, how it is signed, and what two programs find of it."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tanhui.registry.certificate import checking, proofs
from tanhui.registry.certificate.credential import check_code, commitment, unsecured
from tanhui.registry.certificate.paper import Standing
from tests.verify.paper import FACTS, Paper, edited
from tests.verify.test_verify import verify

# The example of "Data Integrity EdDSA Cryptosuites v1.0" (W3C), section on eddsa-jcs-2022.
W3C_SECRET = "c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6"
W3C_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_VALUE = (
    "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
)
W3C_DOCUMENT = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}


def test_the_standards_own_example_is_signed_to_the_byte() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(W3C_SECRET))
    did = proofs.did_key(secret.public_key().public_bytes_raw())
    assert did == f"did:key:{W3C_KEY}"
    assert proofs.public_of(did) == secret.public_key().public_bytes_raw()
    [proof] = proofs.secure(
        W3C_DOCUMENT, issuer=did, created="2023-02-24T23:36:38Z", sign=secret.sign
    )
    assert proof["proofValue"] == W3C_VALUE
    assert verify.unbase58(W3C_VALUE, 64) == proofs.unmultibase(W3C_VALUE, 64)


def test_the_same_facts_give_the_same_bytes_and_the_salt_hides_the_name() -> None:
    paper = Paper()
    assert unsecured(paper.credential) == unsecured(paper.credential)
    committed = commitment(paper.credential)
    assert committed == hashlib.sha256(FACTS.salt + unsecured(paper.credential)).digest()
    assert committed != commitment(paper.changed(salt=bytes(16)).credential)
    assert check_code(bytes.fromhex("9f3c71ae" + "00" * 28)) == "9F3C-71AE"


def test_it_is_a_verifiable_credential_whose_terms_all_have_names() -> None:
    said = Paper().credential
    assert said["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
    ]
    assert said["type"][0] == "VerifiableCredential"  # type: ignore[index]
    assert str(said["id"]).startswith("urn:tanhui:")
    assert said["validFrom"] == "2026-05-13T02:50:00Z"


@pytest.mark.parametrize("facts", [{"lines": ()}, {"salt": b"short"}])
def test_facts_that_no_certificate_can_state_are_a_defect(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"certificate|salt"):
        assert Paper().changed(**facts).credential


def test_numbers_have_one_spelling_in_base58() -> None:
    for data in (bytes(64), bytes(range(64)), b"\0\0" + bytes(range(62))):
        text = proofs.multibase(data)
        assert proofs.unmultibase(text, 64) == data == verify.unbase58(text, 64)
        for other in (f"z1{text[1:]}", f"y{text[1:]}", text.replace("z", "z0")):
            with pytest.raises((ValueError, OverflowError)):
                proofs.unmultibase(other, 64)
            with pytest.raises((verify.Wrong, *verify.MALFORMED)):
                verify.unbase58(other, 64)


def _mine(written: bytes, keys: str) -> bool:
    return not checking.fault(written, keys)


def _theirs(written: bytes, keys: str) -> bool:
    try:
        verify.check_certificate(keys, written)
    except (verify.Wrong, *verify.MALFORMED):
        return False
    return True


def _drop_key(said: dict[str, Any]) -> None:
    del said["issuer"]["id"]


def _own_leaf(said: dict[str, Any]) -> None:
    said["proof"][-1]["leaf"] = "{}"


def _lines(said: dict[str, Any]) -> None:
    said["credentialSubject"]["retired"].append("x")


def _nothing(_said: dict[str, Any]) -> None:
    return None


@pytest.mark.parametrize("edit", [_nothing, _drop_key, _own_leaf, _lines])
def test_the_product_and_the_program_that_stands_alone_find_the_same(
    edit: Callable[[dict[str, Any]], None],
) -> None:
    paper = Paper()
    log = paper.log()
    written, keys = edited(paper.written(log), edit), paper.keys(log)
    assert _mine(written, keys) == _theirs(written, keys) == (edit is _nothing)
    assert not _mine(written, log.policy)
    assert not _mine(json.dumps(json.loads(written), indent=1).encode(), keys)


def test_they_agree_on_flipped_bits_too() -> None:
    paper = Paper()
    log = paper.log()
    written, keys = paper.written(log), paper.keys(log)
    random.seed(48)
    for place in random.sample(range(len(written) * 8), 300):
        data = bytearray(written)
        data[place // 8] ^= 1 << place % 8
        assert not _mine(bytes(data), keys)
        assert not _theirs(bytes(data), keys)


def test_how_a_certificate_stands_is_said_in_both_languages() -> None:
    assert Standing(1_200).words is None
    told = Standing(1_200, invalid_kg=300, replaced_kg=200, disputed=True).words
    assert told
    assert "300 千克后来被认定无效" in told["zh"]
    assert "还有 100 千克没有替换" in told["zh"]
    assert "200 kg were replaced from the buffer" in told["en"]
    assert "disputed" in told["en"]
    assert Standing(5, invalid_kg=5, replaced_kg=5).missing_kg == 0


def test_a_later_moment_is_another_certificate() -> None:
    later = Paper().changed(locked_at=FACTS.locked_at + timedelta(seconds=1))
    assert commitment(later.credential) != commitment(Paper().credential)
