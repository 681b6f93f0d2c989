"""Injected fraud among honest days: how much is stopped, and how many honest days are hurt.

`honest` makes a city, `injectors` its frauds, each without knowing any detector; `pipeline` sends
both through the platform's own functions and `measure` counts. `python -m benchmarks.fraud`.
"""
