"""The fields by which the library is browsed: `content/common/fields.toml`."""

from __future__ import annotations

from pathlib import Path

from tanhui.methodology.document import Label
from tanhui.methodology.parts import read_label
from tanhui.methodology.tomlfile import TomlFile

FIELDS = Path("common") / "fields.toml"


def read_fields(content_root: Path) -> dict[str, Label]:
    """The fields in their order. Raises ContentRefused with every fault of the file."""
    file = TomlFile(content_root / FIELDS)
    found = {}
    with file.root() as root:
        for name, section in root.named("field").items():
            with section:
                found[name] = read_label(section)
    file.finish()
    return found
