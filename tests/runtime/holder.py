"""A program that uses the embedded server of a folder until its standard input ends.

It prints the postmaster's process id and the address, or the refusal's code. Run as a script: the
tests kill it in every way, and as users who can read little else than this file.
"""

import os
import signal
import sys
from pathlib import Path

from tanhui.kernel.refusals import Refusal
from tanhui.runtime.postgres import runner, using


def main() -> int:
    if os.environ.get("FORBID_NAMESPACES"):
        runner.namespaces_work = lambda _installation: False
    if os.environ.get("HOMES"):
        runner._HOMES = Path(os.environ["HOMES"])
    # What started the tests may have had these ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with using(Path(sys.argv[1])) as server:
            print(server.pid, server.url, flush=True)
            sys.stdin.read()
    except Refusal as refusal:
        print(refusal.code, refusal.text("en"), flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
