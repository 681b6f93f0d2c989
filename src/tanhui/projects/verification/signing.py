"""Statements of verification bodies: their bytes, the papers they cover, and who signed them.

A statement is canonical JSON, and Ed25519 signs exactly these bytes. The key is a C2SP `vkey`
(type 0x01); the private half never comes here: `verify/tanhui_sign.py` runs at the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.publiclog.leaves import leaf_bytes
from tanhui.tlog.encoding import Malformed, decode
from tanhui.tlog.keys import NOTE, PublicKey
from tanhui.tlog.tree import fold, leaf_hash

_SIGNATURE_BYTES = 64
POSITIVE, NEGATIVE = "positive", "negative"


def statement_bytes(statement: Mapping[str, object]) -> bytes:
    """A statement as it is signed: canonical JSON in UTF-8, as every leaf of the log."""
    return leaf_bytes(statement)


def evidence_root(hashes: Iterable[str]) -> str:
    """One hash (hex) over the papers' SHA-256 (hex): the root of RFC 6962 over the sorted bytes.

    The same papers in another order, or one of them twice, give the same root.
    """
    leaves = sorted({bytes.fromhex(each) for each in hashes})
    return fold([leaf_hash(leaf) for leaf in leaves]).hex()


def read_key(vkey: str) -> PublicKey:
    """The key that a `vkey` stands for. Refuses `verifier_key_invalid`."""
    try:
        key = PublicKey.parse(vkey.strip())
    except Malformed:
        key = None
    if key is None or key.type != NOTE:
        raise Invalid(
            "verifier_key_invalid",
            zh="这不是公钥：应是 tanhui_sign.py new-key 显示的那一行。",
            en="This is no public key: paste the line that tanhui_sign.py new-key showed.",
        )
    return key


def signer_of(vkeys: Sequence[str], statement: bytes, signature: str) -> str:
    """Which of the keys signed the statement; `signature` is base64.

    Refuses `key_unknown` (the body has no key in force) and `signature_wrong`.
    """
    if not vkeys:
        raise Conflict(
            "key_unknown",
            zh="你的机构还没有登记公钥，或公钥已经吊销。",
            en="Your organisation has no key on record, or it was revoked.",
        )
    value = _value(signature)
    for vkey in vkeys:
        try:
            PublicKey.parse(vkey).check(statement, value)
        except ValueError:
            continue
        return vkey
    raise wrong_signature()


def _value(signature: str) -> bytes:
    try:
        value = decode("".join(signature.split()))
    except (Malformed, UnicodeError):
        raise wrong_signature() from None
    if len(value) != _SIGNATURE_BYTES:
        raise wrong_signature()
    return value


def wrong_signature() -> Invalid:
    """The refusal of a signature that is not one of the body's keys over these bytes."""
    return Invalid(
        "signature_wrong",
        zh="签名和意见书对不上：请用你机构登记的密钥，对下载的文件原样签名。",
        en="The signature does not fit the statement: sign the downloaded file as it is, with the"
        " key that your organisation has on record.",
    )


def statement_differs() -> Conflict:
    """The refusal of a statement that is not about what is here now."""
    return Conflict(
        "statement_differs",
        zh="意见书说的不是现在这一版。请重新下载、核对，再签名。",
        en="The statement is not about the version that is here now. Download it again, check it,"
        " and sign that.",
    )
