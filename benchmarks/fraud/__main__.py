"""Runs the bench of injected fraud alone."""

from benchmarks.setting import set_up

set_up()

from benchmarks.fraud.run import run  # noqa: E402

run()
