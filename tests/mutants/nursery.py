"""Where mutants are raised: one program that has loaded every library, and forks for each of them.

Nothing of the product is loaded here, so a child loads all of it from the mutant's own folder. On
standard input comes one JSON object a line, with `folder`, `tests`, `seconds` and `environment`;
the answer is `said`, what pytest said, or null when it ran for longer.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from typing import Any

import pytest

# What takes long to load and has no threads of its own that a fork would lose.
LIBRARIES = (
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "django.contrib.postgres.fields",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.test",
    "hypothesis",
    "ibis",
    "msgspec",
    "pydantic",
    "numpy",
    "openpyxl",
    "PIL.Image",
    "psycopg",
    "pytest_django.plugin",
    "rich.console",
    "segno",
    "shapely",
    "typer",
)


def raise_one(folder: str, tests: Sequence[str], environment: dict[str, str], output: int) -> int:
    """Runs pytest in a child's own copy; answers its exit code."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = [os.path.join(folder, "src"), folder]
    importlib.invalidate_caches()
    # That a library was loaded before is what this program is for.
    quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
    return int(pytest.main(["-x", "--tb=line", "-p", "no:cacheprovider", *quiet, *tests]))


def told(asked: dict[str, Any]) -> str | None:
    """What pytest said of one mutant, or None when it ran too long."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            code = 3
            try:
                code = raise_one(
                    asked["folder"], asked["tests"], asked["environment"], output.fileno()
                )
            except BaseException:
                # The child ends here in any case; what went wrong is told with the rest.
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        until = time.monotonic() + asked["seconds"]
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return None
            time.sleep(0.02)
        output.seek(0)
        return output.read().decode(errors="replace")


def main() -> None:
    """Answers one line for each that comes, until there are no more."""
    sys.dont_write_bytecode = True
    for library in LIBRARIES:
        importlib.import_module(library)
    for line in sys.stdin:
        print(json.dumps({"said": told(json.loads(line))}), flush=True)


if __name__ == "__main__":
    main()
