"""Checks what a city's carbon platform (Tanhui 碳惠) published, trusting none of its servers.
    tanhui_verify.py CERTIFICATE --keys FILE         Is it signed, and its retirement in the log?
    tanhui_verify.py proof PROOF LEAF --keys FILE    Is the leaf in the log that witnesses saw?
    tanhui_verify.py log FOLDER|URL --keys FILE [--day DAY] [--since CHECKPOINT]   Does it add up?
Prints `valid`, or `invalid:` and why (exit code 2). FILE is a policy: take it from a witness, not
from whom you check. Formats: c2sp.org, tlog-tiles to tlog-policy; RFC 6962; W3C eddsa-jcs-2022.
"""
import argparse, base64, http.client, json, re, sys, urllib.request
from bisect import bisect
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
MOVES = {  # By the kind of leaf: in which state a kilogram must be, and in which it then is.
    "transfer": "held held", "aside": "held reserved", "release": "reserved held",
    "retire": "held retired", "replace": "held retired", "cancel": "held cancelled"}
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
class Wrong(Exception): ...
def need(condition, reason):
    if not condition: raise Wrong(reason)
def strict(coded, decode=bytes.decode, encode=str.encode):  # Nothing may be written in two ways.
    try: need(encode(value := decode(coded)) == coded, f"written in a second way: {coded[:60]!r}")
    except MALFORMED: raise Wrong(f"malformed: {coded[:60]!r}") from None
    return value
def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def unbase64(text):
    return strict(text, base64.b64decode, lambda data: base64.b64encode(data).decode())
def unbase58(text, size):  # As W3C writes keys and signatures: a z, and then a number's digits.
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = sum(digits.index(digit) * 58**place for place, digit in enumerate(text[:0:-1]))
    zeros = size - len(number.to_bytes(size, "big").lstrip(b"\0"))
    need(text == "z" + "1" * zeros + text[1:].lstrip("1"), f"malformed: {text[:60]!r}")
    return number.to_bytes(size, "big")
def fetch(place, path=""):
    try:
        if not re.match("https?://", place): return Path(place, path).read_bytes()
        with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=60) as answer:
            return answer.read()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Wrong(f"cannot read {path or place}: {error}") from None
def hashed(*parts): return sha256(b"".join(parts)).digest()  # Leaves begin with 0, nodes with 1.
def split(size): return 1 << (size - 1).bit_length() - 1  # The larger part stands left, complete.
def root_of(row):
    if len(row) < 2: return row[0] if row else hashed()
    return hashed(b"\1", root_of(row[: split(len(row))]), root_of(row[split(len(row)) :]))
def root_from(index, size, leaf, path):
    need((size > 1) == bool(path) and 0 <= index < size and len(path) < 65, "the path does not fit")
    if size == 1: return leaf
    left = split(size)
    if index < left: return hashed(b"\1", root_from(index, left, leaf, path[:-1]), path[-1])
    return hashed(b"\1", path[-1], root_from(index - left, size - left, leaf, path[:-1]))
def holds(public, signature, message):
    try: return not Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature: return False
def key_of(vkey, kind):  # Its name, the four bytes that stand for it, and the key.
    name, key_id, blob = [*vkey.split("+", 2), "", ""][:3]
    raw = unbase64(blob)
    fits = (len(raw), raw[:1], hashed(name.encode(), b"\n", raw)[:4].hex()) == (33, kind, key_id)
    need(fits, f"the policy's key {vkey} contradicts itself")
    return name, key_id, raw[1:]
def signed(vkey, kind, body, lines):  # Kind 1 signs the checkpoint; 4, a witness, also the time.
    (name, key_id, public), found = key_of(vkey, kind), False
    for signer, raw in lines:  # Others sign too, but in their own names.
        time = b"cosignature/v1\ntime %d\n" % int.from_bytes(raw[4:12], "big")
        good = holds(public, *(raw[12:], time + body) if kind == b"\4" else (raw[4:], body))
        need(good == ((signer, raw[:4].hex()) == (name, key_id)), f"{name} did not sign this")
        found = found or good
    return found
def checkpoint(note, policy):  # The size and root that a log signed and enough witnesses saw.
    parts = re.fullmatch("((.+)\n(.+)\n(.+)\n(?:.+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)", note)
    need(parts, "the checkpoint's signatures are malformed")
    body, origin, size, root, tail = parts[1].encode(), *parts.groups()[1:]
    lines = [(name, unbase64(blob)) for _, name, blob in map(str.split, tail[:-1].split("\n"))]
    logged, seen, quorum = False, {"none": True}, None
    for line in filter(str.strip, policy.split("\n")):
        match line.split():
            case ["log", vkey, *_]:
                logged |= signed(vkey, b"\1", body, lines) and vkey.startswith(f"{origin}+")
            case ["witness", name, vkey, *_] if name not in seen:
                seen[name] = signed(vkey, b"\4", body, lines)
            case ["group", name, least, *members] if name not in seen and seen.keys() >= {*members}:
                least = {"any": 1, "all": len(members)}.get(least) or strict(least, int, str)
                seen[name] = sum(seen.pop(one) for one in {*members}) >= max(least, 1)
            case ["quorum", name] if name in seen and quorum is None: quorum = seen[name]
            case [word, *_]: need(re.match("#|issuer$|verifier$", word), f"not understood: {line}")
    need(logged, "the log has not signed this checkpoint")
    need(quorum, "too few witnesses have seen this checkpoint")
    return strict(size, int, str), unbase64(root)
def check_proof(policy, proof, leaf):
    got = re.fullmatch("c2sp[.]org/tlog-proof@v1\nindex (.+)\n((?:.+\n)*)\n([^\0]+)", strict(proof))
    need(got, "this is no proof of the kind c2sp.org/tlog-proof@v1")
    (size, root), path = checkpoint(got[3], policy), map(unbase64, got[2].split("\n")[:-1])
    index, leaf = strict(got[1], int, str), hashed(b"\0", leaf)
    need(root_from(index, size, leaf, [*path]) == root, "the leaf does not stand there")
def check_certificate(policy, certificate):
    match said := strict(certificate.strip(), json.loads, canonical):
        case {"proof": [*older, {"proofValue": value, **options}, {"type": "TlogProof", **log}],
              "issuer": {"id": issuer}, "credentialSubject": {"retired": lines, **subject}}:
            bare = {key: said[key] for key in said if key != "proof"}
        case _: raise Wrong("this is no certificate, or its retirement is not in the log yet")
    need(f"issuer {issuer}" in policy.split("\n"), "the policy does not name who signed this")
    body = hashed(canonical(bare | {"proof": older} if older else bare))  # Older ones are signed.
    ok = holds(unbase58(issuer[8:], 34)[2:], unbase58(value, 64), hashed(canonical(options)) + body)
    need(ok and options["cryptosuite"] == "eddsa-jcs-2022", "its issuer did not sign this")
    leaf = strict(log["leaf"].encode(), json.loads, canonical)
    slices, ranges = leaf.pop("slices"), sorted([one["first"], one["last"]] for one in lines)
    commitment = hashed(bytes.fromhex(subject["salt"]), canonical(bare)).hex()
    own = {"v": 1, "t": "retire", "number": subject["number"], "cert": commitment}
    need(leaf == own | {"at": said["validFrom"]}, "the leaf is another certificate's")
    same = sorted(one[:2] for one in slices) == ranges and subject["kg"] == width(slices)
    need(same and log.keys() == {"leaf", "proof"}, "the leaf retired other numbers")
    check_proof(policy, log["proof"].encode(), log["leaf"].encode())
def width(slices): return sum(max(0, last - first + 1) for first, last, *_ in slices)
def move(blocks, slices, before, after, source=None, target=None):
    for first, last, *owner in slices:
        n = bisect(blocks, (first + 1,)) - 1  # The block that the first number is in.
        while first <= last:
            begin, end, has, now = blocks[n]
            right = begin <= first and now == before and has in (owner or [source or has])
            need(right, f"number {first} is {now} by {has}, and cannot be {after}")
            stop, moved = min(end, last), (target or has, after)
            parts = (begin, first - 1, has, now), (first, stop, *moved), (stop + 1, end, has, now)
            blocks[n : n + 1] = [part for part in parts if part[0] <= part[1]]
            n, first = n + 1 + (begin < first), stop + 1
def issue(blocks, done, keys, said, key, sig, slices, **_):
    good = key in keys and holds(key_of(key, b"\1")[2], unbase64(sig), canonical(said))
    need(good, "no known verifier signed what was issued")
    period, found = (said["project"], said["period"]), (said["kg"], said["opinion"])
    need(period not in done and found == (width(slices), "positive"), "other than found is issued")
    for *numbers, owner in slices: move(blocks, [numbers], "unissued", "held", target=owner)
    done.add(period)
def add(said, sums, stated):  # The sums of a roll, or what is stated of a day and must follow.
    for row in said.get("sums", []):
        need([*map(type, row)] == [str, str, int, int, int], f"nobody can add {row}")
        for key in (row[0], row[1]), (row[0],), ():
            sums[key] = [a + b for a, b in zip(sums[key], row[2:], strict=True)]
    if said["t"] == "totals":
        day, names = said["day"], ("deeds", "mg", "points")
        known = [key for key in sums if len(key) == 2 and key[0] == day and any(sums[key])]
        told = [[1, *map(said.get, names)], [2, *map(said["all"].get, names)], *said["scenes"]]
        true = [[1, *sums[day,]], [2, *sums[()]]] + [[key[1], *sums[key]] for key in known]
        need(sorted(map(canonical, told)) == sorted(map(canonical, true)), f"{day} is not the sum")
        stated[day] = said
def replay(leaves, pinned=()):  # Nothing may be stated, issued or moved that does not follow.
    sums, stated, done, keys = defaultdict(lambda: [0, 0, 0]), {}, set(), {*pinned}
    blocks = [(1, float("inf"), None, "unissued")]  # From number to number: whose, in which state.
    for index, leaf in enumerate(leaves):
        try:
            match said := strict(leaf, json.loads, canonical):
                case {"v": 1, "t": "sums" | "totals"}: add(said, sums, stated)
                case {"v": 1, "t": "verifier-key", "key": key}: keys |= set() if pinned else {key}
                case {"v": 1, "t": "verifier-key-end", "key": key}: keys -= {key}
                case {"v": 1, "t": "issue"}: issue(blocks, done, keys, **said)
                case {"v": 1, "t": kind, "slices": slices} if kind in MOVES:
                    move(blocks, said.get("invalid", []), "retired", "invalid")
                    move(blocks, said.get("for", []), "invalid", "replaced")
                    move(blocks, slices, *MOVES[kind].split(), said.get("from"), said.get("to"))
                case {"t": t} if t in ("issue", "sums", "totals", *MOVES): need(0, "unknown form")
        except (Wrong, *MALFORMED) as wrong: raise Wrong(f"leaf {index}: {wrong}") from None
    return stated, blocks
def check_log(policy, place, day=None, since=None):
    size, root = checkpoint(strict(fetch(place, "checkpoint")), policy)
    old_size, old_root = checkpoint(strict(fetch(since)), policy) if since else (0, hashed())
    need(old_size <= size, f"the log was rolled back: it had {old_size} entries, now {size}")
    leaves, kilograms = [], Counter()
    for n in range(0, size, 256):  # The bundle of number 1234067 is x001/x234/067.
        groups = re.sub("(...)(?=.)", r"x\1/", str(n // 256).zfill(-(-len(str(n // 256)) // 3) * 3))
        name = f"tile/entries/{groups}" + (f".p/{size - n}" if size - n < 256 else "")
        bundle, at = fetch(place, name), 0
        while at < len(bundle):  # Two bytes of length before every entry.
            begin, at = at + 2, at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            leaves.append(bundle[begin:at])
        need(at == len(bundle) and len(leaves) == min(n + 256, size), f"{name} is cut or too long")
    hashes = [hashed(b"\0", leaf) for leaf in leaves]
    need(root_of(hashes) == root, "the entries do not hash to the root that was signed")
    need(root_of(hashes[:old_size]) == old_root, "the log was changed since that checkpoint")
    stated, blocks = replay(leaves, re.findall("^verifier (.+)$", policy, re.MULTILINE))
    for block in blocks[:-1]: kilograms[block[3]] += width([block])
    need(not day or day in stated, f"the log states no totals for {day}")
    print(f"{size} entries, {len(stated)} days of totals that add up, kg {dict(kilograms)}")
    print(json.dumps(stated.get(day or max(stated, default=""))))
def main(arguments=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("words", nargs="+", help="what is checked, as above")
    parser.add_argument("--keys", "--policy", required=True, help="a file as c2sp.org/tlog-policy")
    for name in "--day", "--since": parser.add_argument(name)
    given, answer = parser.parse_args(arguments), "valid"
    try:
        policy = strict(fetch(given.keys))
        match given.words:
            case ["proof", proof, leaf]: check_proof(policy, fetch(proof), fetch(leaf))
            case ["log", place]: check_log(policy, place, given.day, given.since)
            case ["certificate", file] | [file]: check_certificate(policy, fetch(file))
            case _: raise Wrong("what is to be checked?")
    except (Wrong, *MALFORMED) as wrong: answer = f"invalid: {wrong}"
    print(answer.encode("ascii", "backslashreplace").decode())
    return 0 if answer == "valid" else 2
if __name__ == "__main__": sys.exit(main())
