#!/usr/bin/env python3
"""Signs a verification body's opinions, on its own machine: the platform never holds the key.

    tanhui_sign.py new-key FILE NAME           Makes a key; prints the public line to be registered
    tanhui_sign.py show --key FILE             Prints the public line again
    tanhui_sign.py sign STATEMENT --key FILE   Shows what is signed, asks, prints the signature
    tanhui_sign.py check STATEMENT SIGNATURE --vkey LINE

NAME is the body's code on the platform, such as VERIFY-A. STATEMENT is the file as it was
downloaded: its bytes are signed (Ed25519), so it must not be changed. With --report FILE the
report that you have read is compared with the one in the statement, with --papers FOLDER its
papers. It needs the library `cryptography` and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import json
import os
import re
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

NOTE = b"\1"  # What C2SP's signed notes call an Ed25519 key.
KINDS = {
    "verification": "核证意见（监测期） / opinion about a monitoring period",
    "validation": "审核意见（项目申报） / opinion about a filing",
}
WORDS = {
    "project": "项目 / project",
    "period": "监测期 / period",
    "first": "首日 / first day",
    "last": "末日 / last day",
    "methodology": "方法学 / methodology",
    "digest": "方法学摘要 / its digest",
    "calculation": "计算摘要 / calculation",
    "design": "设计文件摘要 / design",
    "report": "报告摘要 / report",
    "evidence": "凭证之根 / root of the papers",
    "kg": "减排量，千克 / kilograms",
    "opinion": "意见 / opinion",
}


class Wrong(Exception):
    """What keeps this program from going on."""


def need(condition: object, reason: str) -> None:
    if not condition:
        raise Wrong(reason)


def vkey_of(name: str, public: bytes) -> str:
    """The public line: name, four bytes that stand for the key, and the key."""
    short = sha256(name.encode() + b"\n" + NOTE + public).digest()[:4]
    return f"{name}+{short.hex()}+{base64.b64encode(NOTE + public).decode()}"


def public_of(vkey: str) -> bytes:
    name, _, rest = vkey.strip().partition("+")
    try:
        raw = base64.b64decode(rest.partition("+")[2], validate=True)
    except ValueError:
        raw = b""
    whole = len(raw) == 33 and vkey.strip() == vkey_of(name, raw[1:])
    need(whole, "this is no public line of a key")
    return raw[1:]


def new_key(place: Path, name: str, passphrase: bytes) -> str:
    """A new key in a file that only its owner reads; answers the public line."""
    need(re.fullmatch(r"[A-Za-z0-9./_-]+", name), "a name has letters, digits, and . - _ / alone")
    key = Ed25519PrivateKey.generate()
    shut = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    vkey = vkey_of(name, key.public_key().public_bytes_raw())
    written = f"{vkey}\n".encode() + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, shut)
    try:
        # Never over another key, and never readable by others, not even for a moment.
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(written)
    except FileExistsError:
        raise Wrong(f"{place} is there already") from None
    return vkey


def open_key(place: Path, passphrase: bytes) -> tuple[str, Ed25519PrivateKey]:
    vkey, _, pem = read(place).partition(b"\n")
    try:
        key = load_pem_private_key(pem, passphrase or None)
    except (TypeError, ValueError):
        raise Wrong(f"{place} cannot be opened; try --passphrase, or another one") from None
    need(isinstance(key, Ed25519PrivateKey), f"{place} holds no Ed25519 key")
    assert isinstance(key, Ed25519PrivateKey)
    need(public_of(vkey.decode()) == key.public_key().public_bytes_raw(), f"{place} was changed")
    return vkey.decode(), key


def read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise Wrong(f"cannot read {place}: {error.strerror}") from None


def read_statement(data: bytes) -> dict[str, object]:
    """The statement, if it is one and written in the only way it can be written."""
    try:
        said = json.loads(data.decode())
        same = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        raise Wrong("this is no statement: download it again") from None
    known = isinstance(said, dict) and said.get("v") == 1 and said.get("t") in KINDS
    need(known, "this is no statement that this program signs")
    need(same.encode() == data, "the file was changed since it was downloaded: download it again")
    return dict(said)


def root_of_papers(folder: Path) -> str:
    """The root (RFC 6962) over the SHA-256 of the papers, sorted, each once."""
    hashes = sorted({sha256(read(one)).digest() for one in folder.rglob("*") if one.is_file()})
    row = [sha256(b"\0" + each).digest() for each in hashes] or [sha256().digest()]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\1" + a + b).digest() for a, b in pairs] + row[len(row) // 2 * 2 :]
    return row[0].hex()


def show(said: dict[str, object]) -> str:
    lines = [KINDS[str(said["t"])]]
    lines += [f"  {words}: {said[name]}" for name, words in WORDS.items() if name in said]
    return "\n".join(lines)


def sign(given: argparse.Namespace, passphrase: bytes) -> str:
    data = read(given.statement)
    said = read_statement(data)
    if given.report:
        own = sha256(read(given.report)).hexdigest()
        same = own in (said.get("report"), said.get("design"))
        need(same, "the statement is about another report")
    if given.papers:
        need(root_of_papers(given.papers) == said.get("evidence"), "the statement has other papers")
    vkey, key = open_key(given.key, passphrase)
    print(show(said), f"  钥匙 / key: {vkey}", sep="\n", file=sys.stderr)
    if not given.yes:
        print("签名请输入 yes / type yes to sign: ", end="", file=sys.stderr, flush=True)
        need(sys.stdin.readline().strip() == "yes", "nothing was signed")
    return base64.b64encode(key.sign(data)).decode()


def check(given: argparse.Namespace) -> str:
    data = read(given.statement)
    read_statement(data)
    try:
        signature = base64.b64decode(given.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_of(given.vkey)).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise Wrong("the signature does not hold") from None
    return "valid"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    ways = parser.add_subparsers(dest="way", required=True)
    new = ways.add_parser("new-key", help="make a key")
    new.add_argument("file", type=Path)
    new.add_argument("name")
    told = ways.add_parser("show", help="print the public line")
    signing = ways.add_parser("sign", help="sign a statement")
    signing.add_argument("statement", type=Path)
    signing.add_argument("--report", type=Path, help="the report (or design) that you have read")
    signing.add_argument("--papers", type=Path, help="the folder of the papers that you have read")
    signing.add_argument("--yes", action="store_true", help="do not ask")
    checking = ways.add_parser("check", help="check a signature")
    checking.add_argument("statement", type=Path)
    checking.add_argument("signature")
    checking.add_argument("--vkey", required=True)
    for one in (told, signing):
        one.add_argument("--key", type=Path, required=True)
    for one in (new, told, signing):
        one.add_argument("--passphrase", action="store_true", help="ask for a passphrase")
    return parser


def main(words: list[str] | None = None) -> int:
    given = arguments().parse_args(words)
    try:
        asked = getattr(given, "passphrase", False)
        passphrase = getpass.getpass("口令 / passphrase: ").encode() if asked else b""
        if given.way == "new-key":
            print(new_key(given.file, given.name, passphrase))
        elif given.way == "show":
            print(open_key(given.key, passphrase)[0])
        elif given.way == "sign":
            print(sign(given, passphrase))
        else:
            print(check(given))
    except Wrong as wrong:
        print(f"refused: {wrong}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
