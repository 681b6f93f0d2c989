"""`make bench`: every benchmark in turn, as tables, and all answers in `var/bench.json`.

Name some of them (`make bench ARGS="kernel home"`) to run only those.
"""

from __future__ import annotations

import importlib
import json
import sys
from datetime import UTC, datetime

from benchmarks.setting import set_up

set_up()

from django.conf import settings  # noqa: E402

# Each is a module and the function in it that runs and answers.
BENCHMARKS = {
    "kernel": ("benchmarks.kernel", "run"),
    "methodology": ("benchmarks.methodology", "run"),
    "ledger": ("benchmarks.ledger", "run"),
    "settlement": ("benchmarks.settlement", "run"),
    "settlement_memory": ("benchmarks.settlement", "run_memory"),
    "fraud": ("benchmarks.fraud.run", "run"),
    "detectors": ("benchmarks.fraud.speed", "run_speed"),
    "claims_share": ("benchmarks.claims_share", "run"),
    "audit": ("benchmarks.audit", "run"),
    "board": ("benchmarks.board", "run"),
    "certificate": ("benchmarks.certificate", "run"),
    "expiry": ("benchmarks.expiry", "run"),
    "draws": ("benchmarks.draws", "run"),
    "home": ("benchmarks.home", "run"),
    "http": ("benchmarks.http", "run"),
    "keys": ("benchmarks.keys", "run"),
    "log": ("benchmarks.log", "run"),
    "redemption": ("benchmarks.redemption", "run"),
    "registry": ("benchmarks.registry", "run"),
    "registry_lists": ("benchmarks.registry", "run_lists"),
    "replay": ("benchmarks.replay", "run"),
}


def main(names: list[str]) -> None:
    """Runs the named benchmarks, or all; keeps the answers of those that did not run."""
    path = settings.TANHUI.var / "bench.json"
    answers = json.loads(path.read_text()) if path.exists() else {}
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"there is no benchmark {name}; there are: {', '.join(BENCHMARKS)}")
        print(f"== {name}", flush=True)
        module, function = BENCHMARKS[name]
        run = getattr(importlib.import_module(module), function)
        answers[name] = {**run(), "measured_at": datetime.now(UTC).isoformat()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answers, indent=2) + "\n")
    print(f"written: {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
