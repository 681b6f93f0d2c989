"""The key ring: named keys, several of a name, changed while programs run."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.runtime.keys.algorithms import (
    CODING,
    SEALING,
    SECRET_BYTES,
    SIGNING,
    Algorithm,
    Crypto,
    Software,
    UnknownKey,
)
from tanhui.runtime.keys.file import SOFTWARE, Key, read_keys, write_keys

ID_BYTES = 4
_SEALED_HEAD = 1 + ID_BYTES
# What an installation needs, and by which algorithm a new key of that name is made.
PURPOSES: Mapping[str, Algorithm] = {
    "personal": Algorithm.AES_256_GCM,
    "second-factor": Algorithm.AES_256_GCM,
    "blind": Algorithm.HMAC_SHA256,
    "audit": Algorithm.HMAC_SHA256,
    "log": Algorithm.ED25519,
    "certificate": Algorithm.ED25519,
}
_KINDS = (SEALING, SIGNING, CODING)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature with the key and the algorithm that made it."""

    key_id: bytes
    algorithm: Algorithm
    value: bytes


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key."""

    key_id: bytes
    algorithm: Algorithm
    raw: bytes


def key_id(name: str, material: bytes) -> bytes:
    """Four bytes by which a key is known; they tell nothing of it."""
    return hashlib.sha256(f"tanhui {name} key id".encode() + material).digest()[:ID_BYTES]


class Keys:
    """The keys of an installation. Every operation first looks whether the file was changed.

    `founding` are keys that come from elsewhere (the environment) and are older than the file's.
    `devices` do what software may not, by the provider's name in the file. Raises `UnknownKey`
    for a name, key or algorithm that is not here.
    """

    def __init__(
        self,
        path: Path,
        *,
        founding: Sequence[Key] = (),
        devices: Mapping[str, Crypto] | None = None,
        generate: bool = False,
    ) -> None:
        self.path = path
        self._founding = tuple(founding)
        self._crypto: dict[str, Crypto] = {SOFTWARE: Software(), **(devices or {})}
        self._generate = generate
        self._stamp: tuple[int, int, int] | None = None
        self._by_name: dict[str, list[Key]] = {}

    # What rooms ask for.

    def sign(self, name: str, message: bytes) -> Signature:
        """The signature of a message by the newest key of this name."""
        key = self._newest(name, SIGNING)
        value = self._crypto_of(key).sign(key.algorithm, key.secret, message)
        return Signature(key.id, key.algorithm, value)

    def verify(self, name: str, message: bytes, signature: Signature) -> bool:
        """Whether one of our keys of this name, perhaps a retired one, signed the message."""
        key = self._known(name, signature.algorithm, signature.key_id)
        crypto = self._crypto_of(key)
        public = crypto.public(key.algorithm, key.secret)
        return crypto.verify(key.algorithm, public, message, signature.value)

    def public_key(self, name: str) -> PublicKey:
        """The public half of the newest key of this name."""
        key = self._newest(name, SIGNING)
        return PublicKey(key.id, key.algorithm, self._public(key))

    def public_keys(self, name: str) -> list[PublicKey]:
        """Every public half that ever signed under this name, the oldest first."""
        return [
            PublicKey(key.id, key.algorithm, self._public(key))
            for key in self._keys().get(name, [])
            if key.algorithm in SIGNING
        ]

    def seal(self, name: str, plain: bytes, bound: bytes) -> bytes:
        """`algorithm (1 byte) · key id (4) · nonce (12) · ciphertext and tag`.

        It opens only with the same `bound`, so a value moved to another field stays shut.
        """
        key = self._newest(name, SEALING)
        sealed = self._crypto_of(key).seal(key.algorithm, key.secret, plain, bound)
        return bytes([key.algorithm]) + key.id + sealed

    def unseal(self, name: str, sealed: bytes, bound: bytes) -> bytes:
        """What was sealed; raises `UnknownKey`, or `Unsealable` where it was changed."""
        if len(sealed) < _SEALED_HEAD:
            raise UnknownKey("no sealed value")
        key = self._known(name, sealed[0], sealed[1:_SEALED_HEAD])
        rest = sealed[_SEALED_HEAD:]
        return self._crypto_of(key).unseal(key.algorithm, key.secret, rest, bound)

    def head(self, name: str) -> bytes:
        """The five bytes with which everything sealed from now on begins."""
        key = self._newest(name, SEALING)
        return bytes([key.algorithm]) + key.id

    def mac(self, name: str, message: bytes) -> bytes:
        """32 bytes by the newest key of this name."""
        key = self._newest(name, CODING)
        return self._crypto_of(key).mac(key.algorithm, key.secret, message)

    def macs(self, name: str, message: bytes, *, retired: bool = False) -> list[bytes]:
        """The codes by every key of this name, the newest first; by retired ones if asked for."""
        keys = [key for key in reversed(self._of(name, CODING)) if retired or not key.retired]
        return [self._crypto_of(key).mac(key.algorithm, key.secret, message) for key in keys]

    def mac_with_id(self, name: str, message: bytes) -> tuple[bytes, bytes]:
        """The newest key's id, and its code of the message."""
        key = self._newest(name, CODING)
        return key.id, self._crypto_of(key).mac(key.algorithm, key.secret, message)

    def is_mac(self, name: str, key_id: bytes, message: bytes, code: bytes) -> bool:
        """Whether the key with this id made the code."""
        found = [key for key in self._of(name, CODING) if key.id == key_id]
        if not found:
            return False
        key = found[0]
        made = self._crypto_of(key).mac(key.algorithm, key.secret, message)
        return hmac.compare_digest(made, code)

    # What the operator does.

    def listing(self) -> list[Key]:
        """Every key, by name and age."""
        return [key for keys in self._keys().values() for key in keys]

    def rotate(self, name: str, algorithm: Algorithm | None = None) -> Key:
        """Makes a new key of a name; older ones go on opening what they sealed.

        Refuses `key_name_unknown` and `key_algorithm_unfit`.
        """
        known = self._keys()
        if name not in known and name not in PURPOSES:
            raise NotFound(
                "key_name_unknown",
                zh="没有叫“{name}”的密钥；可用的有 {names}。",
                en='There is no key called "{name}"; there are {names}.',
                name=name,
                names=", ".join(sorted(known.keys() | PURPOSES.keys())),
            )
        present = known[name][-1].algorithm if name in known else PURPOSES[name]
        chosen = algorithm or present
        kind = next(kind for kind in _KINDS if present in kind)
        if chosen not in kind or chosen not in SECRET_BYTES:
            raise Invalid(
                "key_algorithm_unfit",
                zh="密钥“{name}”不能用 {algorithm}；可用 {fit}。",
                en='The key "{name}" cannot use {algorithm}; fit are {fit}.',
                name=name,
                algorithm=chosen.name,
                fit=", ".join(sorted(one.name for one in kind if one in SECRET_BYTES)),
            )
        made = _fresh(name, chosen)
        write_keys(self.path, [*read_keys(self.path), made], replace=True)
        return made

    def retire(self, name: str, key_id: bytes) -> None:
        """Lets an older key do nothing new; refuses `key_unknown` and `key_in_use`."""
        keys = self._keys().get(name, [])
        place = next((at for at, key in enumerate(keys) if key.id == key_id), None)
        if place is None:
            raise NotFound("key_unknown", zh="没有这个密钥。", en="There is no such key.")
        if place == len(keys) - 1:
            raise Invalid(
                "key_in_use",
                zh="这是正在使用的密钥，请先轮换。",
                en="This key is the one in use; rotate first.",
            )
        kept = [
            replace(key, retired=True) if (key.name, key.id) == (name, key_id) else key
            for key in read_keys(self.path)
        ]
        if not any((key.name, key.id) == (name, key_id) for key in kept):
            # A founding key lies outside the file; what is written down of it is that it ended.
            kept.insert(0, replace(keys[place], retired=True))
        write_keys(self.path, kept, replace=True)

    # How keys are found.

    def _public(self, key: Key) -> bytes:
        return self._crypto_of(key).public(key.algorithm, key.secret)

    def _crypto_of(self, key: Key) -> Crypto:
        if key.provider not in self._crypto:
            raise UnknownKey(f"no device called {key.provider}")
        return self._crypto[key.provider]

    def _newest(self, name: str, kind: frozenset[Algorithm]) -> Key:
        return self._of(name, kind)[-1]

    def _of(self, name: str, kind: frozenset[Algorithm]) -> list[Key]:
        keys = self._keys().get(name, [])
        if not keys or keys[-1].algorithm not in kind:
            raise UnknownKey(f"no key {name} for this")
        return keys

    def _known(self, name: str, algorithm: int, id: bytes) -> Key:
        for key in self._keys().get(name, []):
            if key.algorithm == algorithm and key.id == id:
                return key
        raise UnknownKey("made by an algorithm or a key that is not here")

    def _keys(self) -> dict[str, list[Key]]:
        """The keys by name, read anew when the file is another than last time."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            if not self._generate:
                raise self._missing() from None
            self._make()
            found = os.stat(self.path)
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            kept = self._completed(read_keys(self.path))
            ids = {(key.name, key.id) for key in kept}
            older = [key for key in self._founding if (key.name, key.id) not in ids]
            by_name: dict[str, list[Key]] = {}
            for key in [*older, *kept]:
                by_name.setdefault(key.name, []).append(key)
            self._by_name, self._stamp = by_name, stamp
        return self._by_name

    def _completed(self, kept: list[Key]) -> list[Key]:
        """The keys, with one for each purpose that came after this ring was made by itself."""
        names = {key.name for key in (*self._founding, *kept)}
        fresh = [_fresh(name, kind) for name, kind in PURPOSES.items() if name not in names]
        if not fresh or not self._generate:
            return kept
        write_keys(self.path, [*kept, *fresh], replace=True)
        return [*kept, *fresh]

    def _make(self) -> None:
        founded = {key.name for key in self._founding}
        fresh = [_fresh(name, kind) for name, kind in PURPOSES.items() if name not in founded]
        write_keys(self.path, fresh, replace=False)

    def make_file(self) -> None:
        """Makes the file of a new installation; refuses `keyring_exists`."""
        if self.path.exists():
            raise Invalid(
                "keyring_exists",
                zh="密钥环 {path} 已经存在，不会覆盖。",
                en="The key ring {path} exists already and is not overwritten.",
                path=self.path,
            )
        self._make()

    def _missing(self) -> Invalid:
        return Invalid(
            "keyring_missing",
            zh="缺少密钥环 {path}：请用 tanhui keys make 生成，或用 TANHUI_KEYRING_FILE 指定。",
            en="The key ring {path} is missing: make it with tanhui keys make, or name it with"
            " TANHUI_KEYRING_FILE.",
            path=self.path,
        )


def _fresh(name: str, algorithm: Algorithm) -> Key:
    secret = os.urandom(SECRET_BYTES[algorithm])
    return Key(name, algorithm, key_id(name, secret), secret)


def founding_key(name: str, algorithm: Algorithm, secret: bytes) -> Key:
    """A key that an installation was given from outside."""
    return Key(name, algorithm, key_id(name, secret), secret)
