#!/usr/bin/env python3
"""Checks what a city's carbon platform (Tanhui 碳惠) published, trusting none of its servers.

    tanhui_verify.py proof PROOF LEAF --policy FILE    Is the leaf in the log that witnesses saw?
    tanhui_verify.py log FOLDER|URL --policy FILE      Is the log whole, do its totals add up?

Prints `valid`, or `invalid:` and why (exit code 2). The policy names the keys: take it from a
witness, not from the one you check. Formats: c2sp.org, tlog-tiles to tlog-policy; tree: RFC 6962.
"""
# One page to be read from top to bottom, so it is set tighter than a program that grows.
# fmt: off

import argparse
import base64
import json
import re
import sys
import urllib.request
from collections import defaultdict
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLD = ("deeds", "mg", "points")  # What is added up: deeds, milligrams of CO2e, points.

class Wrong(Exception): ...

def need(condition, reason):
    if not condition:
        raise Wrong(reason)

def strict(coded, decode=bytes.decode, encode=str.encode):  # Nothing may be written in two ways.
    try:
        value = decode(coded)
        need(encode(value) == coded, f"written in a second way: {coded[:60]!r}")
    except (ValueError, RecursionError):
        raise Wrong(f"malformed: {coded[:60]!r}") from None
    return value

def unbase64(text):
    return strict(text, base64.b64decode, lambda data: base64.b64encode(data).decode())

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def fetch(place, path=""):
    try:
        if not place.startswith(("http://", "https://")):
            return Path(place, path).read_bytes()
        with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=60) as answer:
            return answer.read()
    except (OSError, ValueError, HTTPException) as error:
        raise Wrong(f"cannot read {path or place}: {error}") from None

def hashed(*parts):  # Leaves begin with 0 and nodes with 1, so that neither passes for the other.
    return sha256(b"".join(parts)).digest()

def root_of(row):
    while len(row) > 1:  # Two by two; a last one without a partner goes up as it is.
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [hashed(b"\1", *pair) for pair in pairs] + row[len(row) // 2 * 2 :]
    return row[0] if row else hashed()

def root_from(index, size, leaf, path):  # The larger part of a tree stands left, and is complete.
    need((size > 1) == bool(path) and 0 <= index < size and len(path) < 65, "the path does not fit")
    if size == 1:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        return hashed(b"\1", root_from(index, left, leaf, path[:-1]), path[-1])
    return hashed(b"\1", path[-1], root_from(index - left, size - left, leaf, path[:-1]))

def signed(vkey, kind, body, lines):  # Kind 1 signs the checkpoint; 4, a witness, also the time.
    name, key_id, blob = [*vkey.split("+", 2), "", ""][:3]
    raw = unbase64(blob)
    key = (len(raw), raw[:1], hashed(name.encode(), b"\n", raw)[:4].hex())
    need(key == (33, kind, key_id), f"the policy's key {vkey} contradicts itself")
    public, found = Ed25519PublicKey.from_public_bytes(raw[1:]), False
    for _, signer, blob in lines:
        raw = unbase64(blob)
        time = b"cosignature/v1\ntime %d\n" % int.from_bytes(raw[4:12], "big")
        try:
            public.verify(*(raw[12:], time + body) if kind == b"\4" else (raw[4:], body))
            holds = True
        except InvalidSignature:
            holds = False
        own = (signer, raw[:4].hex()) == (name, key_id)  # Others sign too, but in their own names.
        need(own == holds, f"the signature of {name} does not hold")
        found = found or holds
    return found

def checkpoint(note, policy):  # The size and root that a log signed and enough witnesses saw.
    head, _, tail = strict(note).rpartition("\n\n")
    *lines, end = [line.split(" ") for line in tail.split("\n")]
    formed = all(len(line) == 3 and line[0] == "\u2014" for line in lines) and end == [""]
    need(formed, "the checkpoint's signatures are malformed")
    body, (origin, size, root) = f"{head}\n".encode(), [*head.split("\n"), "", ""][:3]
    logged, seen, quorum = False, {"none": True}, None
    for line in filter(str.strip, strict(policy).split("\n")):
        match line.split():
            case ["log", vkey, *_]:
                logged |= signed(vkey, b"\1", body, lines) and vkey.startswith(f"{origin}+")
            case ["witness", name, vkey, *_] if name not in seen:
                seen[name] = signed(vkey, b"\4", body, lines)
            case ["group", name, least, *members] if name not in seen and seen.keys() >= {*members}:
                least = {"any": 1, "all": len(members)}.get(least) or strict(least, int, str)
                seen[name] = sum(seen.pop(one) for one in {*members}) >= max(least, 1)
            case ["quorum", name] if name in seen and quorum is None:
                quorum = seen[name]
            case [word, *_]:
                need(word.startswith("#"), f"the policy's line is not understood: {line}")
    need(logged, "the log has not signed this checkpoint")
    need(quorum, "too few witnesses have seen this checkpoint")
    return strict(size, int, str), unbase64(root)

def check_proof(policy, proof, leaf):
    head, _, note = fetch(proof).partition(b"\n\n")
    begin, (index, *path) = "c2sp.org/tlog-proof@v1\nindex ", strict(head)[29:].split("\n")
    need(head.startswith(begin.encode()), "this is no proof of the kind c2sp.org/tlog-proof@v1")
    index, path = strict(index, int, str), [unbase64(line) for line in path]
    size, root = checkpoint(note, policy)
    found = root_from(index, size, hashed(b"\0", fetch(leaf)), path)
    need(found == root, "the leaf does not stand where the proof says")

def tile(place, level, n, width):  # The number 1234067 is written x001/x234/067.
    groups = re.sub("(...)(?=.)", r"x\1/", str(n).zfill(-(-len(str(n)) // 3) * 3))
    name = f"tile/{level}/{groups}" + (f".p/{width}" if width < 256 else "")
    return name, fetch(place, name)

def replay(leaves):  # What a day's totals say must be the sum of all that stands before them.
    sums, stated = defaultdict(lambda: [0, 0, 0]), {}
    for index, leaf in enumerate(leaves):
        match said := strict(leaf, json.loads, canonical):
            case {"v": 1, "t": "sums", "sums": [*rows]}:
                for row in rows:
                    fits = isinstance(row, list) and [*map(type, row)] == [str, str, int, int, int]
                    need(fits, f"leaf {index} adds what nobody can add: {row}")
                    for key in (row[0], row[1]), (row[0],), ():
                        sums[key] = [a + b for a, b in zip(sums[key], row[2:], strict=True)]
            case {"v": 1, "t": "totals", "day": str(day), "scenes": [*rows], "all": {**ever}}:
                told = [[1, *map(said.get, TOLD)], [2, *map(ever.get, TOLD)], *rows]
                true = [[key[1], *sums[key]] for key in [*sums] if key[:1] == (day,) and key[1:]]
                true = [[1, *sums[day,]], [2, *sums[()]], *(row for row in true if any(row[1:]))]
                same = sorted(map(canonical, told)) == sorted(map(canonical, true))
                need(same, f"leaf {index}: the totals of {day} are not the sum of what was added")
                stated[day] = said
            case {"t": "sums" | "totals"}:
                raise Wrong(f"leaf {index} is of a kind that this program does not know")
    return stated

def check_log(policy, place, day=None, since=None):
    size, root = checkpoint(fetch(place, "checkpoint"), policy)
    old_size, old_root = checkpoint(fetch(since), policy) if since else (0, hashed())
    need(old_size <= size, f"the log was rolled back: it had {old_size} entries, now {size}")
    leaves, level = [], 0
    for n in range(0, size, 256):
        (name, bundle), at = tile(place, "entries", n // 256, min(256, size - n)), 0
        while at < len(bundle):  # Two bytes of length before every entry.
            begin, at = at + 2, at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            leaves.append(bundle[begin:at])
        need(at == len(bundle) and len(leaves) == min(n + 256, size), f"{name} is cut or too long")
    row = hashes = [hashed(b"\0", leaf) for leaf in leaves]
    while row:
        for n in range(0, len(row), 256):
            name, found = tile(place, level, n // 256, min(256, len(row) - n))
            need(found == b"".join(row[n : n + 256]), f"{name} does not follow from the entries")
        row, level = [root_of(row[n : n + 256]) for n in range(0, len(row) - 255, 256)], level + 1
    need(root_of(hashes) == root, "the entries do not hash to the root that was signed")
    need(root_of(hashes[:old_size]) == old_root, "the log was changed since that checkpoint")
    stated = replay(leaves)
    need(not day or day in stated, f"the log states no totals for {day}")
    print(f"{size} entries, {len(stated)} days of totals, each the sum of what was added")
    print(json.dumps(stated.get(day or max(stated, default=""))))

def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("way", choices=("proof", "log"))
    parser.add_argument("place", help="the file of the proof, or the log's folder or address")
    parser.add_argument("leaf", nargs="?", default="", help="the file of the leaf, for `proof`")
    parser.add_argument("--policy", required=True, help="a file of the kind c2sp.org/tlog-policy")
    parser.add_argument("--day", help="the day whose totals are shown, such as 2026-11-21")
    parser.add_argument("--since", help="a checkpoint kept from earlier, which the log must extend")
    given = parser.parse_args(arguments)
    try:
        if given.way == "proof":
            check_proof(fetch(given.policy), given.place, given.leaf)
        else:
            check_log(fetch(given.policy), given.place, given.day, given.since)
    except Wrong as wrong:
        print("invalid:", str(wrong).encode("ascii", "backslashreplace").decode())
        return 2
    print("valid")
    return 0

if __name__ == "__main__":
    sys.exit(main())
