"""How a verification body of the demo signs: with its own program and key, outside the platform."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from functools import cache
from pathlib import Path
from types import ModuleType

from django.conf import settings

_PROGRAM = Path(__file__).resolve().parents[3] / "verify" / "tanhui_sign.py"


@cache
def _program() -> ModuleType:
    # The file that bodies download is no part of the package; it is run as they run it.
    found = importlib.util.spec_from_file_location("tanhui_sign", _PROGRAM)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


class Signer:
    """One body's key file under `var/demo`, which stands for a machine of its own."""

    def __init__(self, code: str) -> None:
        self.name = code
        self.folder = settings.TANHUI.var / "demo"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key = self.folder / f"{code.lower()}.key"

    def vkey(self) -> str:
        """The public line; a key is made the first time."""
        if not self.key.exists():
            return self._run("new-key", str(self.key), self.name)
        return self._run("show", "--key", str(self.key))

    def sign(self, statement: bytes) -> str:
        """The signature of a downloaded statement, in base64."""
        path = self.folder / "statement.json"
        path.write_bytes(statement)
        return self._run("sign", str(path), "--key", str(self.key), "--yes")

    def _run(self, *words: str) -> str:
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
            code = _program().main(list(words))
        if code != 0:
            raise RuntimeError(f"tanhui_sign.py answered {code}")
        return told.getvalue().strip()
