"""Where secrets come from: the environment, or in a demo a file only its owner can read."""

from __future__ import annotations

import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tanhui.kernel.refusals import Forbidden, Invalid, Refusal

_KEY_BYTES = 32
_SECRET_KEY_CHARACTERS_MIN = 50
NAMES = ("SECRET_KEY", "REFERENCE_KEY", "PERSONAL_KEY", "BLIND_KEY")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one installation; none of them ever appears in a representation."""

    secret_key: str = field(repr=False)
    reference_key: bytes = field(repr=False)
    personal_key: bytes = field(repr=False)
    blind_key: bytes = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str], generated: Path | None) -> Secrets:
        """Take each secret from the environment, then from the file `generated` if one is given.

        The file is made, or completed, with fresh secrets when it lacks one that is needed.
        """
        given = {name: _from_environment(environ, name) for name in NAMES}
        lacking = [name for name, value in given.items() if value is None]
        made = _generated(generated, lacking) if generated and lacking else {}
        values: dict[str, str] = {}
        for name in NAMES:
            value = given[name] or made.get(name)
            if value is None:
                raise _missing(name)
            values[name] = value
        if len(values["SECRET_KEY"]) < _SECRET_KEY_CHARACTERS_MIN:
            raise _malformed("SECRET_KEY")
        return cls(
            secret_key=values["SECRET_KEY"],
            reference_key=_key(values, "REFERENCE_KEY"),
            personal_key=_key(values, "PERSONAL_KEY"),
            blind_key=_key(values, "BLIND_KEY"),
        )


def _from_environment(environ: Mapping[str, str], name: str) -> str | None:
    """`TANHUI_<name>`, or the content of the file that `TANHUI_<name>_FILE` names."""
    variable = f"TANHUI_{name}"
    if environ.get(variable):
        return environ[variable].strip()
    path = environ.get(f"{variable}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Invalid(
            "secret_file_unreadable",
            zh="无法读取 {variable}_FILE 指定的文件 {path}：请检查路径与权限。",
            en="The file {path} named by {variable}_FILE cannot be read:"
            " check its path and permissions.",
            variable=variable,
            path=path,
        ) from None


def _generated(path: Path, needed: list[str]) -> dict[str, str]:
    """The secrets kept in `path`, after making those of `needed` that it lacks."""
    kept = _kept(path)
    lacking = [name for name in needed if name not in kept]
    if not lacking:
        return kept
    fresh = {name: _fresh(name) for name in lacking}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, kept | fresh, replace=bool(kept))
    except OSError:
        raise Forbidden(
            "secrets_unwritable",
            zh="无法写入 {path}：请改变其权限，或用 TANHUI_VAR 另选文件夹。",
            en="The file {path} cannot be written:"
            " change its permissions, or choose another folder with TANHUI_VAR.",
            path=path,
        ) from None
    return _kept(path)


def _write(path: Path, values: Mapping[str, str], *, replace: bool) -> None:
    """Put the file in place whole; of two programs that make it at once, the first wins."""
    lines = ["# Secrets of this demo. Deleting this file makes its personal data unreadable.\n"]
    lines += [f'{name} = "{value}"\n' for name, value in values.items()]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(name, path)
            return
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink(missing_ok=True)


def _kept(path: Path) -> dict[str, str]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Invalid(
            "secrets_unreadable",
            zh="无法读取 {path}：请检查其权限与内容。",
            en="The file {path} cannot be read: check its permissions and content.",
            path=path,
        ) from None
    return {name: value for name, value in document.items() if isinstance(value, str)}


def _fresh(name: str) -> str:
    return secrets.token_urlsafe(48) if name == "SECRET_KEY" else secrets.token_hex(_KEY_BYTES)


def _key(values: Mapping[str, str], name: str) -> bytes:
    try:
        key = bytes.fromhex(values[name])
    except ValueError:
        raise _malformed(name) from None
    if len(key) != _KEY_BYTES:
        raise _malformed(name)
    return key


def _missing(name: str) -> Refusal:
    return Invalid(
        "secret_missing",
        zh="缺少密钥：请设置环境变量 TANHUI_{name} 或 TANHUI_{name}_FILE"
        "（试用请设置 TANHUI_MODE=demo）。",
        en="A secret is missing: set TANHUI_{name} or TANHUI_{name}_FILE in the environment"
        " (to try the demo, set TANHUI_MODE=demo).",
        name=name,
    )


def _malformed(name: str) -> Refusal:
    return Invalid(
        "secret_malformed",
        zh="密钥 TANHUI_{name} 格式不正确：需要 {form}。",
        en="The secret TANHUI_{name} is malformed: it must be {form}.",
        name=name,
        form="50+ characters" if name == "SECRET_KEY" else "64 hex digits (32 bytes)",
    )
