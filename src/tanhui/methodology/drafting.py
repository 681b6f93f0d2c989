"""Starting a new methodology from the commented template of its path."""

from __future__ import annotations

import re
from pathlib import Path

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.fields import read_fields
from tanhui.methodology.reader import PATHS
from tanhui.methodology.shelves import Shelves

TEMPLATES = Path(__file__).with_name("templates")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 60
# Which template each path starts from.
OF_PATH = {**{path: path for path in PATHS}, "organisation": "event", "person": "event"}
USUAL_FIELDS = {
    "citizen": "living",
    "project": "energy",
    "event": "footprint",
    "organisation": "footprint",
    "person": "footprint",
    "tool": "industry",
}
_PIN = re.compile(r'"@([^"]+)@"')


def new_document(root: Path, name: str, path: str, field: str = "", city: str = "chengdu") -> Path:
    """Write the draft `name` into the folder of its path and field, and answer where it lies.

    Its pins are those of the rows and modules under `root` today.
    Refuses: `malformed_name`, `unknown_path`, `unknown_field`, `no_such_city`, `document_exists`.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise Invalid(
            "malformed_name",
            zh="名称 {name} 不可用：只用小写字母、数字与连字符，如 taking-stairs",
            en="the name {name} will not do: small letters, digits and hyphens, as taking-stairs",
            name=repr(name[:LONGEST_NAME]),
        )
    field = field or USUAL_FIELDS.get(path, "")
    _one_of("unknown_path", "路径", "path", path, list(PATHS))
    _one_of("unknown_field", "领域", "field", field, list(read_fields(root)))
    place = root / city / "methodologies"
    if not NAME.fullmatch(city) or not place.is_dir():
        raise Invalid(
            "no_such_city", zh="没有城市 {city}", en="there is no city {city}", city=repr(city[:60])
        )
    target = place / path / field / f"{name}.toml"
    shelves = Shelves(root)
    if target.exists() or shelves.holds(f"{name}.{city}"):
        raise Invalid(
            "document_exists",
            zh="已有 {name}，请换一个名称，或写它的新版本",
            en="there is already a document {name}; take another name, or write a new version",
            name=f"{name}.{city}",
        )
    text = (TEMPLATES / f"{OF_PATH[path]}.toml").read_text(encoding="utf-8")
    text = text.replace("@ID@", f"{name}.{city}").replace("@PATH@", path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_PIN.sub(lambda match: f'"{_pinned(shelves, match[1])}"', text), "utf-8")
    return target


def _pinned(shelves: Shelves, key: str) -> str:
    """The digest of a factor row (by key) or of a module (by id@version)."""
    if "@" in key:
        return shelves.module(key).digest
    return shelves.shelf.factors.row(key).digest


def _one_of(code: str, zh: str, en: str, found: str, known: list[str]) -> None:
    if found in known:
        return
    raise Invalid(
        code,
        zh=zh + " {found} 不可用，应为其一：{known}",
        en="the " + en + " {found} is not one of: {known}",
        found=repr(found[:60]),
        known=", ".join(known),
    )
