"""The algorithms give what the standards' examples give, and refuse whatever was changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tanhui.runtime.keys.algorithms import Algorithm, Software, UnknownKey, Unsealable

SOFTWARE = Software()
SHARED = Path(os.environ.get("TANHUI_SHARED", Path(__file__).parents[4] / "shared"))
# GB/T 32905 and GB/T 32907, the published examples.
SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
SM4_BLOCK = "681edf34d206965e86b3e94f536e4246"
# RFC 8998, appendix A.1.
SM4_GCM = {
    "nonce": "00001234567800000000abcd",
    "bound": "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    "plain": "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
    "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    "sealed": "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
    "tag": "83de3541e4c2b58177e065a9bf7b62ec",
}


def test_sm3_and_sm4_give_the_examples_of_the_standards() -> None:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == SM3_OF_ABC
    encryptor = Cipher(algorithms.SM4(SM4_KEY), modes.ECB()).encryptor()
    assert encryptor.update(SM4_KEY).hex() == SM4_BLOCK


@pytest.mark.skipif(not (SHARED / "vectors").is_dir(), reason="1 set of foreign vectors not here")
def test_the_foreign_vectors_of_sm3_and_sm4_agree() -> None:
    vectors = json.loads((SHARED / "vectors/vectors.json").read_text(encoding="utf-8"))
    for case in vectors["sm3"]["cases"]:
        digest = hashes.Hash(hashes.SM3())
        digest.update(case["message_utf8"].encode())
        assert digest.finalize().hex() == case["digest"]
    block = vectors["sm4_ecb"]
    cipher = Cipher(algorithms.SM4(bytes.fromhex(block["key"])), modes.ECB())
    sealed = cipher.encryptor().update(bytes.fromhex(block["plaintext"]))
    assert sealed.hex() == block["ciphertext"]


def test_sm4_gcm_opens_the_example_of_rfc_8998() -> None:
    case = {name: bytes.fromhex(text) for name, text in SM4_GCM.items()}
    sealed = case["nonce"] + case["sealed"] + case["tag"]
    opened = SOFTWARE.unseal(Algorithm.SM4_GCM, SM4_KEY, sealed, case["bound"])
    assert opened == case["plain"]


@pytest.mark.parametrize("algorithm", [Algorithm.AES_256_GCM, Algorithm.SM4_GCM])
def test_every_flipped_bit_of_a_sealed_value_is_found(algorithm: Algorithm) -> None:
    secret = bytes(32 if algorithm is Algorithm.AES_256_GCM else 16)
    sealed = SOFTWARE.seal(algorithm, secret, "林晓".encode(), b"field")
    assert SOFTWARE.unseal(algorithm, secret, sealed, b"field") == "林晓".encode()
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(Unsealable):
            SOFTWARE.unseal(algorithm, secret, bytes(changed), b"field")
    for short in range(29):
        with pytest.raises(Unsealable):
            SOFTWARE.unseal(algorithm, secret, sealed[:short], b"field")


def test_an_ed25519_signature_holds_for_its_message_alone() -> None:
    secret = bytes(range(32))
    public = SOFTWARE.public(Algorithm.ED25519, secret)
    signature = SOFTWARE.sign(Algorithm.ED25519, secret, b"a tonne")
    assert SOFTWARE.verify(Algorithm.ED25519, public, b"a tonne", signature)
    assert not SOFTWARE.verify(Algorithm.ED25519, public, b"two tonnes", signature)
    assert not SOFTWARE.verify(Algorithm.ED25519, public, b"a tonne", signature[:-1])


def test_codes_by_sm3_and_sha256_differ() -> None:
    codes = {
        SOFTWARE.mac(algorithm, bytes(32), b"row")
        for algorithm in (Algorithm.HMAC_SHA256, Algorithm.HMAC_SM3)
    }
    assert {len(code) for code in codes} == {32}
    assert len(codes) == 2


def test_software_does_not_pretend_to_do_sm2() -> None:
    with pytest.raises(UnknownKey):
        SOFTWARE.sign(Algorithm.SM2_SM3, bytes(32), b"x")
