"""Makes the city of the settlement benchmark in the database of the environment, and a million."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.setting import set_up

set_up()

from benchmarks.settlement import prepare, write_million  # noqa: E402
from tanhui.config.database import open_database  # noqa: E402

if __name__ == "__main__":
    open_database()
    prepare()
    write_million(Path(sys.argv[1]), 1)
