"""A stand-in for a signature device: SM2 by the program `openssl`, from the standard alone.

It imports nothing of the product. A handle is the path of a private key that the device made.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

# The identity that GM/T 0009 gives to a signer who has none.
_IDENTITY = "distid:1234567812345678"


class OpenSsl:
    """SM2 with SM3; everything else it does not do."""

    def make_key(self, folder: Path) -> bytes:
        """Makes a key pair in a folder; answers its handle."""
        path = folder / "sm2.pem"
        _run("genpkey", "-algorithm", "SM2", "-out", str(path))
        return str(path).encode()

    def public(self, algorithm: int, secret: bytes) -> bytes:
        """The public key as DER."""
        _only_sm2(algorithm)
        return _run("pkey", "-in", secret.decode(), "-pubout", "-outform", "DER")

    def sign(self, algorithm: int, secret: bytes, message: bytes) -> bytes:
        """The signature as DER by GM/T 0009."""
        _only_sm2(algorithm)
        with tempfile.NamedTemporaryFile() as text:
            text.write(message)
            text.flush()
            return _run(
                *("pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", _IDENTITY),
                *("-in", text.name, "-inkey", secret.decode()),
            )

    def verify(self, algorithm: int, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature holds."""
        _only_sm2(algorithm)
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("key", public), ("text", message), ("signature", signature)):
                (Path(folder) / name).write_bytes(content)
            command = [
                *("openssl", "pkeyutl", "-verify", "-rawin", "-digest", "sm3"),
                *("-pkeyopt", _IDENTITY, "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key"),
                *("-in", f"{folder}/text", "-sigfile", f"{folder}/signature"),
            ]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def seal(self, algorithm: int, secret: bytes, plain: bytes, bound: bytes) -> bytes:
        """Not done by this device."""
        raise NotImplementedError

    def unseal(self, algorithm: int, secret: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Not done by this device."""
        raise NotImplementedError

    def mac(self, algorithm: int, secret: bytes, message: bytes) -> bytes:
        """Not done by this device."""
        raise NotImplementedError


def _only_sm2(algorithm: int) -> None:
    if algorithm != 17:
        raise NotImplementedError


def _run(*words: str) -> bytes:
    return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout
