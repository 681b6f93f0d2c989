"""The forms of what the public and citizens read; the description is made from them.

Numbers that count are integers with their unit in the name. Decimal values of documents are text,
digit by digit as published.
"""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema
from pydantic import ConfigDict, Field


class Form(Schema):
    """A JSON object with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(Form):
    """RFC 9457: what went wrong. `code` is stable; `detail` is for people, in their language."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


class TariffForm(Form):
    """One point for each whole `mg_per_point`, up to the day's limit, by grade of evidence."""

    reference: str
    digest: str
    basis: str
    mg_per_point: int
    points_per_day_max: int
    grade_percents: dict[str, int]
    source_zh: str
    source_en: str


class LimitForm(Form):
    """What all scenes together may bring on one day, and when points may be spent."""

    reference: str
    basis: str
    points_per_day_max_in_all: int
    spendable_after_days: int


class SceneForm(Form):
    """One kind of deed, with the tariff and methodology in force today (null without a rule)."""

    code: str
    mode: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    measure: str = Field(description="The field of an item that says how much was done.")
    max_per_hour: int = Field(description="The highest plausible mean, in the measure's unit.")
    detail: str | None = Field(description="The field of an item that says what the measure needs.")
    detail_choices: list[str]
    valid_from: date
    methodology: str | None
    tariff: TariffForm | None


class ScenesForm(Form):
    """All scenes of the city, and the limit over all of them."""

    scenes: list[SceneForm]
    limit: LimitForm | None


class MethodologyEntry(Form):
    """One version of a methodology as the list shows it."""

    id: str
    version: str
    reference: str
    status: str
    kind: str
    basis: str
    digest: str
    title_zh: str
    title_en: str
    valid_from: date
    valid_until: date | None


class MethodologiesForm(Form):
    """Every version of every methodology, by id and version."""

    methodologies: list[MethodologyEntry]


class InputForm(Form):
    """One input with its unit and its bounds, which are inclusive."""

    symbol: str
    unit: str
    low: str
    high: str
    label_zh: str
    label_en: str


class FormulaForm(Form):
    """One formula as text."""

    symbol: str
    expression: str
    unit: str
    label_zh: str
    label_en: str


class FactorForm(Form):
    """One factor row as its source published it."""

    key: str
    series: str
    title_zh: str
    title_en: str
    value: str
    unit: str
    region: str
    year: int = Field(description="The year of the data; 0 where the source does not say.")
    valid_from: date
    valid_until: date | None
    status: str = Field(description="published or unverified")
    source: str
    address: str
    table: str
    digest: str


class MethodologyForm(MethodologyEntry):
    """One methodology: its formulas in order, its inputs, and the factor rows it takes."""

    summary_zh: str
    summary_en: str
    basis_zh: str
    basis_en: str
    factors_digest: str
    formulas: list[FormulaForm]
    inputs: list[InputForm]
    factors: list[str]
    source_address: str = Field(description="The whole document, as it was written.")


class FactorsForm(Form):
    """Factor rows, by table and number."""

    factors: list[FactorForm]


class MeForm(Form):
    """Who the token belongs to, and what is in the accounts; `points` holds those that wait."""

    person_id: int
    name_zh: str
    name_en: str
    simulated: bool
    registered_at: datetime
    points: int
    points_held: int
    points_waiting: int
    points_spendable_on: date | None
    reduction_mg: int
    reduction_held_mg: int


class BehaviourForm(Form):
    """One deed of one's own."""

    key: str
    scene: str
    partner: str
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    amount: int
    measure: str
    reduction_mg: int
    points: int
    points_uncapped: int
    grade: str
    state: str


class StatementForm(Form):
    """One month of deeds, newest first, and the months that hold any."""

    month: date
    behaviours: list[BehaviourForm]
    months: list[date]


class StepForm(Form):
    """One line of the sum."""

    role: str
    symbol: str
    label_zh: str
    label_en: str
    value: str
    unit: str
    expression: str
    substituted: str
    source_zh: str
    source_en: str


class PointsForm(Form):
    """How milligrams became points: points = min(points_uncapped, what the day had room for)."""

    mg_per_point: int
    grade_percent: int
    points_uncapped: int
    points_per_day_max: int
    points_used_before: int
    points_per_day_max_in_all: int | None
    points_used_in_all: int
    points: int


class HoldForm(Form):
    """Why the deed is or was held. `appeal` is the state of its case, null without one.

    `until` is when the state ends by itself; `may` is what the citizen can say now: `explain`,
    `object` or `answer`."""

    detector: str
    what_zh: str
    what_en: str
    placed_at: datetime
    deadline: datetime
    outcome: str | None = Field(description="released, overdue or reversed; null while it is open")
    reason: str | None
    appeal: str | None
    intended_reason: str | None = Field(description="Why a reviewer means to refuse it.")
    asked: str | None = Field(description="What a reviewer asks the citizen.")
    said: list[str]
    until: datetime | None
    may: str | None


class WhyForm(Form):
    """Why one deed brought what it brought; the digests name what it was computed from."""

    behaviour: BehaviourForm
    inputs: dict[str, int | str]
    methodology: str
    methodology_digest: str
    factors_digest: str
    evaluation_digest: str
    steps: list[StepForm]
    tariff: str
    tariff_digest: str
    points: PointsForm
    postings: list[str]
    hold: HoldForm | None


class DayForm(Form):
    """One day, ours against theirs. Amounts are null where they cannot be told or were not said;
    a difference is theirs less ours; `parts` holds the modes where they were declared apart."""

    day: date
    mode: str
    ours_rows: int
    ours_amount: int | None
    ours_mg: int
    ours_points: int
    merged: int
    held: int
    reversed: int
    voided: int
    theirs_rows: int | None
    theirs_amount: int | None
    difference_rows: int | None
    difference_amount: int | None
    state: str
    difference: str = Field(description="The difference in words.")
    parts: list[DayForm]


class ReconciliationForm(Form):
    """The days on which there is anything of ours or of theirs."""

    partner: str
    environment: str
    days: list[DayForm]


class Declaration(Form):
    """What the partner says it delivered on a day; without `mode`, of all modes together."""

    rows: int = Field(ge=0, le=1_000_000_000, strict=True)
    amount: int | None = Field(default=None, ge=0, le=10**15, strict=True)
    mode: str = Field(default="", max_length=40)


class DeclaredForm(Form):
    """What is written down; the newest version counts."""

    day: date
    mode: str
    rows: int
    amount: int | None
    version: int
    declared_at: datetime
