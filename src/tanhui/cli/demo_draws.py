"""The demo's draws: one that was held last night, and one that takes entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction

from tanhui.cli import demo_rewards_told as told
from tanhui.cli.companions import companions
from tanhui.cli.demo_mall import Mall
from tanhui.cli.demo_rewards_told import Stocked
from tanhui.cli.witness import Memory, own_signer
from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import acting
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Refusal
from tanhui.publiclog import site
from tanhui.publiclog.asking import Answer, Witnesses
from tanhui.publiclog.publisher import Publisher, right_to_publish
from tanhui.rewards.drops.commands import enter_drop, open_drop
from tanhui.rewards.drops.running import close_due, draw_due, settle_due
from tanhui.tlog import draws
from tanhui.tlog.policy import Witness
from tanhui.tlog.witness import Request

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_OPERA_ENTRIES, _SUNRISE_ENTRIES = 140, 60
_EVENING = 20


class Near:
    """The demo's own witnesses, asked in this process: their programs run beside the server."""

    def __init__(self) -> None:
        log = site.signer().key
        folder = settings.TANHUI.var / "witnesses"
        self._memories = {
            each.name: Memory(
                folder / each.name, own_signer(each.name, folder / each.name), {log.name: [log]}
            )
            for each in site.policy().witnesses
        }

    def __call__(self, witness: Witness, path: str, body: bytes) -> Answer:
        """What a witness answers at one of its addresses."""
        memory = self._memories[witness.name]
        answers = {draws.BIND_PATH: memory.bind_draw, draws.TELL_PATH: memory.tell_draw}
        said = answers[path](body)
        return Answer(said.status, said.body, said.content_type)

    def cosign(self, witness: Witness, request: Request) -> Answer:
        """What a witness answers to a checkpoint."""
        said = self._memories[witness.name].answer(request.written)
        return Answer(said.status, said.body, said.content_type)


def play_draws(mall: Mall, citizens: Sequence[int], *, opened: datetime, at: datetime) -> None:
    """Opens two drops, lets people enter, and holds the first as the jobs would have."""
    # The programs that are started with the server write the same policy anew, with their ports.
    companions()
    near = Near()
    last_night = day_start(city_day(at) - _DAY) + _EVENING * _HOUR
    opera = _open(mall, told.OPERA, opened, closes_at=last_night, send=near)
    _enter(opera, citizens, _OPERA_ENTRIES, since=opened, until=last_night, with_lin=True)
    platform = platform_actor()
    close_due(actor=platform, at=last_night)
    folder = site.folder()
    with right_to_publish(folder):
        publisher = Publisher(folder, site.signer(), site.policy, witnesses=Witnesses(near.cosign))
        while publisher.due(at) and publisher.round(at).published:
            continue
    draw_due(actor=platform, at=last_night + _HOUR, send=near)
    settle_due(actor=platform, at=last_night + _HOUR)
    since = at - _DAY
    closes = day_start(city_day(at) + 3 * _DAY) + _EVENING * _HOUR
    sunrise = _open(mall, told.SUNRISE, since, closes_at=closes, send=near)
    _enter(sunrise, citizens, _SUNRISE_ENTRIES, since=since, until=at)


def _open(mall: Mall, each: Stocked, opened: datetime, *, closes_at: datetime, send: Near) -> str:
    before = opened - _DAY
    mall.hand_in(each, before)
    mall.approve(each, before)
    batch = mall.put_on_sale(each, opened)
    return open_drop(
        actor=mall.desk("operator"),
        offer_code=mall.code(each),
        batch_id=batch.id,
        opens_at=opened,
        closes_at=closes_at,
        at=opened,
        send=send,
    ).code


def _enter(
    drop: str,
    citizens: Sequence[int],
    count: int,
    *,
    since: datetime,
    until: datetime,
    with_lin: bool = False,
) -> None:
    draw = Random(f"tanhui {drop}")
    others = draw.sample(range(2, len(citizens)), min(count, len(citizens) // 2))
    places = [*others, *((0,) if with_lin else ())]
    span = (until - since).total_seconds()
    with transaction.atomic():
        for when, place in sorted((draw.random(), place) for place in places):
            try:
                enter_drop(
                    actor=acting(citizens[place], role=None, organisation_id=None),
                    drop=drop,
                    key=f"demo-{drop}",
                    at=since + timedelta(seconds=when * span),
                )
            except Refusal:
                # Whoever has too few points does not enter.
                continue
