"""What the pages of retiring show: the form, its exact numbers, one's own retirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings

from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid
from tanhui.portal import holdings_shown as holdings
from tanhui.portal.holdings_forms import typed_kg
from tanhui.portal.holdings_shown import Line, Run
from tanhui.registry import queries, refusals
from tanhui.registry.records import Holding, Retirement, Slice
from tanhui.registry.retiring import Wish
from tanhui.registry.terms import city_terms

_KG = "kg."
_WISH = (
    "beneficiary_zh",
    "beneficiary_en",
    "beneficiary_kind",
    "purpose_zh",
    "purpose_en",
    "boundary_zh",
    "boundary_en",
)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The form: each holding with what was typed for it, and for how long it may be undone."""

    organisation: Organisation
    choices: list[Line]
    chosen: str
    reference: str
    waive: bool
    undo_minutes: int


@dataclass(frozen=True, slots=True)
class Retiring:
    """One holding's part of a retirement, with the numbers that it would use up."""

    holding: Holding
    kg: int
    slices: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A retirement before it is asked for: lines, words, and what the form sends along."""

    lines: tuple[Retiring, ...]
    wish: Wish
    waive: bool
    reference: str
    kept: tuple[tuple[str, str], ...]
    shown: str

    @property
    def kg(self) -> int:
        """How many kilograms in all."""
        return sum(line.kg for line in self.lines)


def form(*, actor: Actor, typed: Mapping[str, str], chosen: str) -> Form:
    """The form with what was typed before."""
    known = holdings.choices(actor=actor, chosen=chosen, reference=typed.get("reference", ""))
    return Form(
        known.organisation,
        [replace(line, typed=typed.get(_KG + line.key, "")) for line in known.choices],
        chosen,
        known.reference,
        "waive" in typed,
        city_terms(settings.TANHUI.content_root).undo // timedelta(minutes=1),
    )


def usual_wish(organisation: Organisation) -> dict[str, str]:
    """What is mostly meant: the organisation itself."""
    return {
        "beneficiary_zh": organisation.name_zh,
        "beneficiary_en": organisation.name_en,
        "beneficiary_kind": "organisation",
    }


def preview(*, actor: Actor, typed: Mapping[str, str]) -> Preview:
    """The retirement with its numbers.

    Refuses `kg_invalid`, `nothing_to_retire`, `no_such_holding`, `credits_insufficient`.
    """
    lines = []
    for name, text in typed.items():
        if name.startswith(_KG) and text.strip():
            line = holdings.line_of(actor=actor, key=name.removeprefix(_KG))
            kg = typed_kg(text)
            lines.append((line, kg, holdings.runs_for(line, kg)))
    if not lines:
        raise Invalid(
            "nothing_to_retire",
            zh="先在一行里写注销多少千克。",
            en="First write in one of the rows how many kilograms to retire.",
        )
    shown = ";".join(holdings.as_text(runs) for _, _, runs in lines)
    wish = Wish(**{name: typed.get(name, "").strip() for name in _WISH})
    kept = [(_KG + line.key, str(kg)) for line, kg, _ in lines]
    kept += [(name, getattr(wish, name)) for name in _WISH]
    kept += [("reference", typed.get("reference", "")), ("shown", shown)]
    if "waive" in typed:
        kept.append(("waive", "1"))
    return Preview(
        tuple(Retiring(line.holding, kg, runs) for line, kg, runs in lines),
        wish,
        "waive" in typed,
        typed.get("reference", ""),
        tuple(kept),
        shown,
    )


def own_retirements(*, actor: Actor) -> tuple[Organisation, list[Retirement]]:
    """The organisation and its retirements, the newest first."""
    organisation = holdings.own(actor)
    return organisation, queries.retirements(organisation_id=organisation.id, limit=_PAGE)


@dataclass(frozen=True, slots=True)
class OneRetirement:
    """One retirement and the numbers that it uses up."""

    retirement: Retirement
    lines: list[Slice]


def own_retirement(*, actor: Actor, number: str) -> tuple[Organisation, OneRetirement]:
    """One of the organisation's own; refuses `no_such_retirement`, `not_yours`."""
    organisation = holdings.own(actor)
    found = queries.retirement(number)
    if found.organisation_id != organisation.id:
        raise refusals.not_yours()
    return organisation, OneRetirement(found, queries.slices(found.id)[found.id])
