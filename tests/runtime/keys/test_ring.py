"""Keys change while programs run: what was sealed still opens, what is new uses the new key."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.runtime.keys.algorithms import Algorithm, UnknownKey
from tanhui.runtime.keys.file import Key, read_keys, write_keys
from tanhui.runtime.keys.ring import Keys, founding_key, key_id
from tests.runtime.keys.device import OpenSsl


@pytest.fixture
def ring(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keyring.toml", generate=True)


def test_a_new_installation_gets_a_key_for_every_purpose(ring: Keys) -> None:
    names = [key.name for key in ring.listing()]
    assert names == ["personal", "second-factor", "blind", "audit", "log", "certificate"]
    assert ring.path.stat().st_mode & 0o077 == 0


def test_in_production_nothing_is_made_by_itself(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keyring.toml")
    with pytest.raises(Invalid) as refused:
        ring.mac("audit", b"x")
    assert refused.value.code == "keyring_missing"
    ring.make_file()
    assert ring.mac("audit", b"x")
    with pytest.raises(Invalid) as again:
        ring.make_file()
    assert again.value.code == "keyring_exists"


def test_no_secret_is_ever_shown(ring: Keys) -> None:
    key = ring.listing()[0]
    assert key.secret.hex() not in repr(key)
    assert key.secret.hex() in ring.path.read_text(encoding="utf-8")


def test_what_an_older_key_sealed_still_opens_after_a_change_to_sm4(ring: Keys) -> None:
    old = ring.seal("personal", b"13800000001", b"phone")
    made = ring.rotate("personal", Algorithm.SM4_GCM)
    new = ring.seal("personal", b"13800000001", b"phone")
    assert (old[0], new[0]) == (Algorithm.AES_256_GCM, Algorithm.SM4_GCM)
    assert new[1:5] == made.id
    assert ring.head("personal") == new[:5]
    assert {ring.unseal("personal", each, b"phone") for each in (old, new)} == {b"13800000001"}


def test_another_program_notices_a_change_at_once(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keyring.toml", generate=True)
    before = ring.seal("personal", b"x", b"f")
    program = (
        "import sys; from pathlib import Path; from tanhui.runtime.keys.ring import Keys\n"
        "keys = Keys(Path(sys.argv[1])); keys.rotate('personal')\n"
        "sys.stdout.write(keys.seal('personal', b'y', b'f').hex())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(ring.path)], capture_output=True, check=True, text=True
    )
    theirs = bytes.fromhex(told.stdout)
    assert ring.unseal("personal", theirs, b"f") == b"y"
    assert ring.seal("personal", b"z", b"f")[1:5] == theirs[1:5]
    assert ring.unseal("personal", before, b"f") == b"x"


def test_a_blind_index_is_found_by_either_key_until_the_old_one_is_retired(ring: Keys) -> None:
    old = ring.mac("blind", b"phone")
    first = ring.listing()[2].id
    ring.rotate("blind", Algorithm.HMAC_SM3)
    assert ring.macs("blind", b"phone")[1:] == [old]
    ring.retire("blind", first)
    assert old not in ring.macs("blind", b"phone")
    assert ring.is_mac("blind", first, b"phone", old)
    assert not ring.is_mac("blind", first, b"another", old)


def test_the_key_in_use_cannot_be_retired_nor_one_that_is_not_there(ring: Keys) -> None:
    with pytest.raises(Invalid) as in_use:
        ring.retire("log", ring.public_key("log").key_id)
    assert in_use.value.code == "key_in_use"
    with pytest.raises(NotFound) as unknown:
        ring.retire("log", b"none")
    assert unknown.value.code == "key_unknown"


def test_a_founding_key_comes_first_and_can_be_retired(tmp_path: Path) -> None:
    founding = founding_key("personal", Algorithm.AES_256_GCM, bytes(32))
    ring = Keys(tmp_path / "keyring.toml", founding=[founding], generate=True)
    sealed = ring.seal("personal", b"x", b"f")
    assert sealed[1:5] == founding.id
    ring.rotate("personal")
    ring.retire("personal", founding.id)
    assert ring.unseal("personal", sealed, b"f") == b"x"
    assert [key.retired for key in ring.listing() if key.name == "personal"] == [True, False]


@pytest.mark.parametrize(
    ("name", "algorithm", "code"),
    [
        ("nothing", None, "key_name_unknown"),
        ("log", Algorithm.SM4_GCM, "key_algorithm_unfit"),
        ("personal", Algorithm.HMAC_SM3, "key_algorithm_unfit"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    ring: Keys, name: str, algorithm: Algorithm | None, code: str
) -> None:
    with pytest.raises((Invalid, NotFound)) as refused:
        ring.rotate(name, algorithm)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key = 3",
        "[[key]]\nname = 'x'",
        "[[key]]\nname='log'\nalgorithm='ED25519'\nid='00000000'\nsecret='00'",
        "[[key]]\nname='log'\nalgorithm='ROT13'\nid='00000000'\nsecret='00'",
        "[[key]]\nname='log'\nalgorithm='ED25519'\nid='zz'\nsecret='00'",
        "not toml at all",
    ],
)
def test_a_broken_ring_is_refused_without_telling_what_it_holds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        Keys(path).mac("audit", b"x")
    assert refused.value.code == "keyring_unreadable"


def test_a_value_that_is_no_sealed_one_names_no_key(ring: Keys) -> None:
    for wrong in (b"", b"\x01", b"\x63abcd" + bytes(40)):
        with pytest.raises(UnknownKey):
            ring.unseal("personal", wrong, b"f")
    with pytest.raises(UnknownKey):
        ring.seal("log", b"x", b"f")


def test_sm2_is_signed_by_a_device_that_keeps_its_key(tmp_path: Path) -> None:
    device = OpenSsl()
    handle = device.make_key(tmp_path)
    path = tmp_path / "keyring.toml"
    key = Key("stamp", Algorithm.SM2_SM3, key_id("stamp", handle), handle, provider="device")
    write_keys(path, [key], replace=False)
    assert read_keys(path) == [key]
    ring = Keys(path, devices={"device": device})
    signature = ring.sign("stamp", "注销 1,200 kg".encode())
    assert signature.algorithm is Algorithm.SM2_SM3
    assert ring.verify("stamp", "注销 1,200 kg".encode(), signature)
    assert not ring.verify("stamp", "注销 1,201 kg".encode(), signature)
    with pytest.raises(UnknownKey):
        Keys(path).sign("stamp", b"x")


def test_a_look_at_the_file_costs_next_to_nothing(ring: Keys) -> None:
    ring.mac("audit", b"x")
    begun = time.perf_counter()
    for _ in range(10_000):
        ring.mac("audit", b"x")
    # Far above what it takes; a file read each time would take longer by far.
    assert time.perf_counter() - begun < 2
