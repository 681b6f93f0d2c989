"""Recomputes a draw that a city's carbon platform (Tanhui 碳惠) held, trusting none of its servers.
    tanhui_draw.py DRAW.json --keys FILE [--code CODE]
DRAW.json is the draw file from its public page; FILE is the log's policy: take it from a witness,
not from whom you check. CODE is what you were told when you entered: is it in the list?
Prints the winners (place, number, code) and `valid`, or `invalid:` and why (exit code 2).

What is checked: the log that enough witnesses saw has three leaves, in this order: what bound the
operator's seed and each witness's secret before anybody entered; the digest of the frozen list;
and who won. Seed, secrets and list are those. Then the draw is done again:
    R = SHA-256("tanhui-draw/v1\\n" + seed + SHA-256(closing leaf) + witnesses' secrets in order)
    score of an entry = the lowest SHA-256(R + code + byte t), t from 1 to its number of tickets
and as many entries win as there are units, those with the lowest scores.
"""

import argparse
import base64
import json
import re
import sys
from hashlib import sha256
from heapq import nsmallest
from operator import lt
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Wrong(Exception): ...


def need(condition, reason):
    if not condition:
        raise Wrong(reason)


def strict(coded, decode=bytes.decode, encode=str.encode):  # Nothing may be written in two ways.
    try:
        need(encode(value := decode(coded)) == coded, f"written in a second way: {coded[:60]!r}")
    except MALFORMED:
        raise Wrong(f"malformed: {coded[:60]!r}") from None
    return value


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unbase64(text):
    return strict(text, base64.b64decode, lambda data: base64.b64encode(data).decode())


def unhex(text, size=32):
    need(len(data := strict(text, bytes.fromhex, bytes.hex)) == size, f"malformed: {text[:60]!r}")
    return data


def hashed(*parts):
    return sha256(b"".join(parts)).digest()  # Leaves begin with 0, nodes with 1.


def split(size):
    return 1 << (size - 1).bit_length() - 1  # The larger part stands left, complete.


def root_from(index, size, leaf, path):
    need((size > 1) == bool(path) and 0 <= index < size and len(path) < 65, "the path does not fit")
    if size == 1:
        return leaf
    left = split(size)
    if index < left:
        return hashed(b"\1", root_from(index, left, leaf, path[:-1]), path[-1])
    return hashed(b"\1", path[-1], root_from(index - left, size - left, leaf, path[:-1]))


def holds(public, signature, message):
    try:
        return not Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False


def key_of(vkey, kind):  # Its name, the four bytes that stand for it, and the key.
    name, key_id, blob = [*vkey.split("+", 2), "", ""][:3]
    raw = unbase64(blob)
    fits = (len(raw), raw[:1], hashed(name.encode(), b"\n", raw)[:4].hex()) == (33, kind, key_id)
    need(fits, f"the key {vkey} contradicts itself")
    return name, key_id, raw[1:]


def signed(vkey, kind, body, lines):  # Kind 1 signs the checkpoint; 4, a witness, also the time.
    (name, key_id, public), found = key_of(vkey, kind), False
    for signer, raw in lines:  # Others sign too, but in their own names.
        time = b"cosignature/v1\ntime %d\n" % int.from_bytes(raw[4:12], "big")
        good = holds(public, *(raw[12:], time + body) if kind == b"\4" else (raw[4:], body))
        need(good == ((signer, raw[:4].hex()) == (name, key_id)), f"{name} did not sign this")
        found = found or good
    return found


def read_policy(policy, signs):  # Whether a known log signs, and whether enough witnesses do.
    logged, seen, quorum = False, {"none": False}, None  # Without a witness nothing was drawn.
    for line in filter(str.strip, policy.split("\n")):
        match line.split():
            case ["log", vkey, *_]:
                logged |= signs(vkey, b"\1")
            case ["witness", name, vkey, *_] if name not in seen:
                seen[name] = signs(vkey, b"\4")
            case ["group", name, least, *members] if name not in seen and seen.keys() >= {*members}:
                least = {"any": 1, "all": len(members)}.get(least) or strict(least, int, str)
                seen[name] = sum(seen.pop(one) for one in {*members}) >= max(least, 1)
            case ["quorum", name] if name in seen and quorum is None:
                quorum = seen[name]
            case [word, *_]:
                need(re.match("#|issuer$|verifier$", word), f"not understood: {line}")
    return logged, quorum


def checkpoint(note, policy):  # The origin, size and root that a log signed and witnesses saw.
    parts = re.fullmatch("((.+)\n(.+)\n(.+)\n(?:.+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)", note)
    need(parts, "the checkpoint's signatures are malformed")
    body, origin, size, root, tail = parts[1].encode(), *parts.groups()[1:]
    lines = [(name, unbase64(blob)) for _, name, blob in map(str.split, tail[:-1].split("\n"))]

    def signs(vkey, kind):
        good = signed(vkey, kind, body, lines)
        return good and (kind == b"\4" or vkey.startswith(f"{origin}+"))

    logged, quorum = read_policy(policy, signs)
    need(logged, "the log has not signed this checkpoint")
    need(quorum, "too few witnesses have seen this checkpoint")
    return origin, strict(size, int, str), unbase64(root)


def placed(policy, proof, leaf, what):  # Where the leaf stands in the log.
    got = re.fullmatch("c2sp[.]org/tlog-proof@v1\nindex (.+)\n((?:.+\n)*)\n([^\0]+)", proof)
    need(got, f"{what}: this is no proof of the kind c2sp.org/tlog-proof@v1")
    (_, size, root), path = checkpoint(got[3], policy), map(unbase64, got[2].split("\n")[:-1])
    index = strict(got[1], int, str)
    need(root_from(index, size, hashed(b"\0", leaf), [*path]) == root, f"{what} is not in the log")
    return index


def told(policy, opened, closed, said):  # The secrets, in the order in which they were bound.
    need(
        [vkey for vkey, _ in opened["witnesses"]] == [one["key"] for one in said],
        "the witnesses are others than were bound",
    )
    secrets = []
    for (vkey, digest), one in zip(opened["witnesses"], said, strict=True):
        (name, _, public), secret = key_of(vkey, b"\4"), unhex(one["secret"])
        need(sha256(secret).hexdigest() == digest, f"{name} was bound to another secret")
        message = b"tanhui-draw-told/v1\n" + hashed(closed) + secret
        need(
            holds(public, unhex(one["signature"], 64), message),
            f"{name} did not tell its secret for this list",
        )
        secrets.append(secret)
    bound = {vkey for vkey, _ in opened["witnesses"]}
    _, quorum = read_policy(policy, lambda vkey, kind: kind == b"\4" and vkey in bound)
    need(quorum, "too few witnesses of the policy took part")
    return secrets


def read_entries(text):  # Columns of numbers, codes and tickets, in the order of the numbers.
    cells = text.split()
    try:
        numbers, counts = list(map(int, cells[0::3])), list(map(int, cells[2::3]))
        codes = list(map(bytes.fromhex, cells[1::3]))
    except ValueError:
        raise Wrong("the list of entries is malformed") from None
    need(len(numbers) == len(codes) == len(counts) == text.count("\n"), "a line is malformed")
    need(all(map(lt, [0, *numbers], numbers)), "the numbers of the list do not rise")
    need(len(set(codes)) == len(codes), "somebody stands in the list twice")
    need({*map(len, codes)} <= {16} and {*counts} <= {*range(1, 22)}, "an entry cannot be")
    return numbers, codes, counts


def draw(chance, entries, units):  # The winners, the first drawn first.
    numbers, codes, counts = entries
    scores = [sha256(chance + code + b"\1").digest() for code in codes]
    for place, count in enumerate(counts):
        for ticket in range(2, count + 1):
            other = sha256(chance + codes[place] + bytes((ticket,))).digest()
            scores[place] = min(scores[place], other)
    return nsmallest(units, zip(scores, numbers, codes, strict=True))


def check(policy, file):
    opened, closed, drawn = (
        strict(one["leaf"].encode(), json.loads, canonical) for one in file["leaves"]
    )
    raw = [one["leaf"].encode() for one in file["leaves"]]
    kinds = [(one["v"], one["t"], one["drop"]) for one in (opened, closed, drawn)]
    names = ("drop", "drop-closed", "drop-drawn")
    need(kinds == [(1, name, opened["drop"]) for name in names], "the leaves are not of one draw")
    what = ("what opened it", "the frozen list", "the result")
    order = [
        placed(policy, one["proof"], leaf, told_as)
        for one, leaf, told_as in zip(file["leaves"], raw, what, strict=True)
    ]
    need(order == sorted({*order}), "the log has the leaves in another order")
    need(closed["opened"] == sha256(raw[0]).hexdigest(), "the list is of another opening")
    seed = unhex(drawn["seed"])
    need(sha256(seed).hexdigest() == opened["commit"], "the operator was bound to another seed")
    secrets = told(policy, opened, raw[1], file["witnesses"])
    text = file["entries"]
    need(sha256(text.encode()).hexdigest() == closed["entries"], "the list is not the frozen one")
    entries = read_entries(text)
    length = (len(entries[0]), sum(entries[2]))
    need(length == (closed["n"], closed["tickets"]), "the frozen list has another length")
    winners = draw(
        hashed(b"tanhui-draw/v1\n", seed, hashed(raw[1]), *secrets), entries, opened["units"]
    )
    lines = [
        f"{place} {number} {code.hex()}\n"
        for place, (_, number, code) in enumerate(winners, start=1)
    ]
    digest = sha256("".join(lines).encode()).hexdigest()
    need((drawn["n"], drawn["winners"]) == (len(lines), digest), "others were told to have won")
    return opened, entries, lines


def say_code(code, entries, lines):
    numbers, codes, counts = entries
    place = codes.index(wanted) if (wanted := unhex(code, 16)) in codes else None
    need(place is not None, f"{code} is not in the list")
    won = next((line.split()[0] for line in lines if line.split()[2] == code), None)
    print(
        f"{code} entered as number {numbers[place]} with {counts[place]} ticket(s)"
        + (f" and won in place {won}" if won else " and did not win")
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("draw", help="the draw file")
    parser.add_argument("--keys", "--policy", required=True, help="a file as c2sp.org/tlog-policy")
    parser.add_argument("--code", help="the code of an entry")
    given, answer = parser.parse_args(arguments), "valid"
    try:
        policy, file = strict(Path(given.keys).read_bytes()), Path(given.draw).read_bytes()
        opened, entries, lines = check(policy, json.loads(file))
        print(f"{opened['drop']}: {len(entries[0])} entries, {opened['units']} to win:")
        print("".join(lines), end="")
        if given.code:
            say_code(given.code, entries, lines)
    except OSError as error:
        answer = f"invalid: cannot read: {error}"
    except (Wrong, *MALFORMED) as wrong:
        answer = f"invalid: {wrong}"
    print(answer.encode("ascii", "backslashreplace").decode())
    return 0 if answer == "valid" else 2


if __name__ == "__main__":
    sys.exit(main())
