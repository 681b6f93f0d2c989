"""One process that settles a million trips in chunks of 250,000 and prints its peak memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.setting import set_up

set_up()

from benchmarks.scratch import scratch_database  # noqa: E402
from benchmarks.settlement import (  # noqa: E402
    peak_kib,
    prepare_in_another_process,
    settle_written,
)

if __name__ == "__main__":
    with scratch_database() as database, tempfile.TemporaryDirectory() as folder:
        # Making the city and the file takes memory of its own, which is not what is measured.
        path = prepare_in_another_process(database, Path(folder))
        result = settle_written(path, chunk_rows=250_000)
        print(result.recorded, peak_kib())
