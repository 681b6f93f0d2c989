"""The key ring's file: one TOML table for each key, the newest of a name last."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tanhui.kernel.refusals import Forbidden, Invalid
from tanhui.runtime.keys.algorithms import SECRET_BYTES, Algorithm

SOFTWARE = "software"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
_HEAD = """\
# The keys of this installation. Whoever reads this file can open everything they protect; who
# loses it opens nothing any more. Keep a copy apart from the database's backup.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `secret` is the key itself, or what a device knows it by.

    A retired key still opens what it sealed and proves what it signed, and does nothing new.
    """

    name: str
    algorithm: Algorithm
    id: bytes
    secret: bytes = field(repr=False)
    provider: str = SOFTWARE
    retired: bool = False


def read_keys(path: Path) -> list[Key]:
    """The keys of the file in their order; refuses `keyring_unreadable`."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return [_key(table) for table in document["key"]]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        # The error may name a value of the file, so only its kind is told.
        raise Invalid(
            "keyring_unreadable",
            zh="密钥环 {path} 无法读取（{why}）：请检查权限与内容。",
            en="The key ring {path} cannot be read ({why}): check its permissions and content.",
            path=path,
            why=type(error).__name__,
        ) from None


def _key(table: dict[str, object]) -> Key:
    unknown = table.keys() - {"name", "algorithm", "id", "secret", "provider", "retired"}
    if unknown:
        raise KeyError(f"unknown key {sorted(unknown)[0]}")
    name, provider = str(table["name"]), str(table.get("provider", SOFTWARE))
    algorithm = Algorithm[str(table["algorithm"])]
    secret, id = bytes.fromhex(str(table["secret"])), bytes.fromhex(str(table["id"]))
    retired = table.get("retired", False)
    if _NAME.fullmatch(name) is None or len(id) != 4 or not isinstance(retired, bool):
        raise ValueError("malformed key")
    if provider == SOFTWARE and len(secret) != SECRET_BYTES.get(algorithm):
        raise ValueError("a secret of the wrong length")
    return Key(name, algorithm, id, secret, provider, retired)


def write_keys(path: Path, keys: Sequence[Key], *, replace: bool) -> None:
    """Puts the file in place whole, readable by its owner alone.

    Without `replace` the first of two programs that make it at once wins. Refuses
    `keyring_unwritable`.
    """
    lines = [_HEAD]
    for key in keys:
        lines.append(
            f'\n[[key]]\nname = "{key.name}"\nalgorithm = "{key.algorithm.name}"\n'
            f'id = "{key.id.hex()}"\nsecret = "{key.secret.hex()}"\n'
        )
        if key.provider != SOFTWARE:
            lines.append(f'provider = "{key.provider}"\n')
        if key.retired:
            lines.append("retired = true\n")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keyring-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.writelines(lines)
                stream.flush()
                os.fsync(stream.fileno())
            if replace:
                os.replace(name, path)
            else:
                _link(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError:
        raise Forbidden(
            "keyring_unwritable",
            zh="密钥环 {path} 无法写入：请检查权限。",
            en="The key ring {path} cannot be written: check its permissions.",
            path=path,
        ) from None


def _link(name: str, path: Path) -> None:
    try:
        os.link(name, path)
    except FileExistsError:
        return
