"""Standard Webhooks, exactly: what is accepted, what is refused and by which name."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tanhui.kernel.refusals import Forbidden, Invalid
from tanhui.partners import signing
from tanhui.partners.signing import Key
from tests.cast import NOW
from tests.partners.signed import a_key, headers

BODY = b'[{"reference":"JC1"}]'
# The example pair of the specification.
SPEC_PRIVATE = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
)


def _verify(key: Key, told: dict[str, str], body: bytes = BODY, now: datetime = NOW) -> Key:
    return signing.verify(**told, body=body, keys=[key], now=now)


def _refused(code: str, *arguments: Any, **options: Any) -> Forbidden:
    with pytest.raises(Forbidden) as refused:
        _verify(*arguments, **options)
    assert refused.value.code == code
    assert refused.value.zh
    assert refused.value.en
    return refused.value


@pytest.fixture
def secret() -> str:
    return signing.new_secret()


@pytest.fixture
def key(secret: str) -> Key:
    return a_key(secret)


def _pair() -> tuple[str, Key]:
    private, public = signing.new_pair()
    material = signing.parse_public_key(public)
    return private, replace(a_key(), algorithm="ed25519", material=material)


def test_the_foreign_vector_holds(shared: Path) -> None:
    vectors = json.loads((shared / "vectors" / "vectors.json").read_text(encoding="utf-8"))
    told = vectors["standard_webhooks_v1"]
    key, body = a_key(told["secret"]), told["body"].encode()
    timestamp = int(told["webhook_timestamp"])
    signature = signing.sign(
        secret=told["secret"], message_id=told["webhook_id"], timestamp=timestamp, body=body
    )
    assert signature == told["signature"]
    found = signing.verify(
        message_id=told["webhook_id"],
        timestamp=told["webhook_timestamp"],
        signatures=told["signature"],
        body=body,
        keys=[key],
        now=datetime.fromtimestamp(timestamp, UTC),
    )
    assert found is key


def test_a_shared_secret_signs(secret: str, key: Key) -> None:
    assert _verify(key, headers(secret, BODY)) is key


def test_a_pair_signs() -> None:
    private, key = _pair()
    told = headers(private, BODY)
    assert told["signatures"].startswith("v1a,")
    assert _verify(key, told) is key


def test_the_pair_of_the_specification_is_read() -> None:
    told = headers(SPEC_PRIVATE, BODY)
    whole = base64.b64decode(SPEC_PRIVATE.removeprefix("whsk_"))
    material = signing.parse_public_key(signing.public_text(whole[32:]))
    key = replace(a_key(), algorithm="ed25519", material=material)
    assert _verify(key, told) is key


def test_one_good_signature_among_several_is_enough(secret: str, key: Key) -> None:
    told = headers(secret, BODY)
    other = headers(signing.new_secret(), BODY)["signatures"]
    strange = f"{other} v9,AAAA nonsense v1,%% {told['signatures']}"
    assert _verify(key, {**told, "signatures": strange}) is key


def test_the_key_that_holds_is_named_before_a_revoked_one(secret: str, key: Key) -> None:
    old = a_key(revoked=True)
    told = headers(secret, BODY)
    assert signing.verify(**told, body=BODY, keys=[old, key], now=NOW) is key
    twin = replace(key, revoked=True)
    assert signing.verify(**told, body=BODY, keys=[twin, key], now=NOW) is key


def test_a_revoked_key_is_named_as_such(secret: str, key: Key) -> None:
    _refused("key_revoked", replace(key, revoked=True), headers(secret, BODY))


@pytest.mark.parametrize("name", ["message_id", "timestamp", "signatures"])
@pytest.mark.parametrize("value", [None, ""])
def test_each_header_is_needed(secret: str, key: Key, name: str, value: Any) -> None:
    _refused("signature_missing", key, {**headers(secret, BODY), name: value})


@pytest.mark.parametrize("size", [0, 1, 31, 63, 65, 200])
def test_a_signature_of_another_length_is_none(secret: str, key: Key, size: int) -> None:
    _, pair = _pair()
    text = base64.b64encode(b"s" * size).decode()
    told = headers(secret, BODY)
    for version, held in (("v1", key), ("v1a", pair)):
        _refused("signature_invalid", held, {**told, "signatures": f"{version},{text}"})


def test_any_change_is_seen(secret: str, key: Key) -> None:
    told = headers(secret, BODY)
    _refused("signature_invalid", key, told, BODY + b" ")
    _refused("signature_invalid", key, {**told, "message_id": "msg_2"})
    _refused("signature_invalid", key, {**told, "timestamp": str(int(told["timestamp"]) + 1)})
    _refused("signature_invalid", a_key(), told)


def test_a_signature_of_the_other_kind_is_not_taken(secret: str, key: Key) -> None:
    told = headers(secret, BODY)
    _refused(
        "signature_invalid", key, {**told, "signatures": told["signatures"].replace("v1", "v1a")}
    )
    private, pair = _pair()
    signed = headers(private, BODY)["signatures"]
    _refused("signature_invalid", pair, {**told, "signatures": signed.replace("v1a", "v1")})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.rstrip("="),
        lambda text: text + "=",
        lambda text: text.replace("v1,", "v1, "),
        lambda text: text.replace("v1,", "V1,"),
        lambda text: text.replace("v1,", "v1,\n"),
        lambda text: text.replace(",", ",,"),
        lambda text: text[:-2] + _other_end(text[-2]) + "=",
        lambda text: text + "A",
        lambda text: "," + text,
        lambda _: "",
        lambda _: "v1,",
    ],
)
def test_base64_has_one_way_of_writing(secret: str, key: Key, spoil: Any) -> None:
    told = headers(secret, BODY)
    spoiled = {**told, "signatures": spoil(told["signatures"])}
    code = "signature_invalid" if spoiled["signatures"] else "signature_missing"
    _refused(code, key, spoiled)


def _other_end(letter: str) -> str:
    """Another last letter that lax decoders read as the same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(letter) ^ 1]


@pytest.mark.parametrize("message_id", ["a.b", "a b", "编号", "a\n", "x" * 129])
def test_an_id_has_no_full_stop_and_no_end(secret: str, key: Key, message_id: str) -> None:
    _refused("signature_invalid", key, headers(secret, BODY, message_id=message_id))


@pytest.mark.parametrize("timestamp", ["-1", "1.5", "0123", "+5", "１２３", "1e9", "1" * 13, " 1"])
def test_a_timestamp_is_whole_seconds(secret: str, key: Key, timestamp: str) -> None:
    told = headers(secret, BODY) | {"timestamp": timestamp}
    _refused("signature_invalid", key, told)


@pytest.mark.parametrize(
    ("late_s", "stale"), [(0, False), (300, False), (-300, False), (301, True), (-301, True)]
)
def test_five_minutes_either_way_are_fresh(secret: str, key: Key, late_s: int, stale: bool) -> None:
    told = headers(secret, BODY, late_s=late_s)
    if stale:
        refusal = _refused("signature_stale", key, told)
        assert refusal.facts["seconds"] == 301
    else:
        assert _verify(key, told) is key


def test_who_did_not_sign_is_not_told_about_clocks(secret: str) -> None:
    _refused("signature_invalid", a_key(), headers(secret, BODY, late_s=86_400))


def test_headers_have_an_end(secret: str, key: Key) -> None:
    told = headers(secret, BODY)
    many = " ".join([told["signatures"]] * signing.SIGNATURES_MAX)
    assert _verify(key, {**told, "signatures": many}) is key
    _refused("signature_invalid", key, {**told, "signatures": f"{many} v1,AAAA"})
    long = told["signatures"] + " v1," + "A" * signing.SIGNATURES_CHARACTERS_MAX
    _refused("signature_invalid", key, {**told, "signatures": long})


def _secret_of(size: int) -> str:
    return "whsec_" + base64.b64encode(b"k" * size).decode()


@pytest.mark.parametrize(("size", "good"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_secret_has_24_to_64_bytes(size: int, good: bool) -> None:
    if good:
        assert signing.parse_secret(_secret_of(size)) == b"k" * size
        return
    with pytest.raises(Invalid) as refused:
        signing.parse_secret(_secret_of(size))
    assert refused.value.code == "key_malformed"


def _public(number: int) -> str:
    return signing.public_text(number.to_bytes(32, "little"))


PRIME = 2**255 - 19


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_" + "A" * 43 + "=",
        "whpk_" + "A" * 40,
        "whsec_" + "nloI0bxCRTsS610lY3BXBHJCpPGm+Mpbhccj2W0/Gqo=",
        SPEC_PRIVATE,
        # Points of small order, for which anybody can sign; ways to write them; no point at all.
        _public(0),
        _public(1),
        _public(1 | 1 << 255),
        _public(PRIME - 1),
        _public(PRIME),
        _public(PRIME + 1),
        signing.public_text(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
        ),
        signing.public_text(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")
        ),
        _public(2),
    ],
)
def test_a_public_key_that_proves_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        signing.parse_public_key(text)
    assert refused.value.code == "key_malformed"


def test_fresh_public_keys_are_sound() -> None:
    for _ in range(20):
        _, public = signing.new_pair()
        assert signing.public_text(signing.parse_public_key(public)) == public


def test_a_private_key_may_come_without_its_public_half_but_not_with_another() -> None:
    private, public = signing.new_pair()
    seed = base64.b64decode(private.removeprefix("whsk_"))[:32]
    short = "whsk_" + base64.b64encode(seed).decode()
    assert signing.parse_private_key(short) == signing.parse_private_key(private) == seed
    _, foreign = signing.new_pair()
    mixed = "whsk_" + base64.b64encode(seed + signing.parse_public_key(foreign)).decode()
    with pytest.raises(Invalid):
        signing.parse_private_key(mixed)
    assert public != foreign


def test_a_secret_is_never_shown_by_accident(secret: str, key: Key) -> None:
    assert secret.removeprefix("whsec_") not in repr(key)
    assert repr(key.material) not in repr(key)


def test_one_second_more_matters_in_every_zone(secret: str, key: Key) -> None:
    told = headers(secret, BODY)
    assert _verify(key, told, now=NOW.astimezone(UTC)) is key
    _refused("signature_stale", key, told, now=NOW.astimezone(UTC) + timedelta(seconds=301))
