"""The forms of the public registers: projects, credits and retirements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from tanhui.api.forms import Form

ROWS = 50
_ROWS_MOST = 200
_HIGHEST = 2**63 - 1


class ProjectsAsked(Form):
    """Which projects are asked for."""

    district: str = Field("", max_length=12)
    field: str = Field("", max_length=40)
    q: str = Field("", max_length=80, description="Part of a name, the owner's, or the code.")
    after: int | None = Field(None, ge=1, le=_HIGHEST)
    limit: int = Field(ROWS, ge=1, le=_ROWS_MOST)


class RetirementsAsked(Form):
    """Which retirements are asked for."""

    before: int | None = Field(None, ge=1, le=_HIGHEST)
    limit: int = Field(ROWS, ge=1, le=_ROWS_MOST)


class EquationForm(Form):
    """issued = held + reserved + retired + cancelled, in kilograms."""

    issued_kg: int
    held_kg: int
    reserved_kg: int
    retired_kg: int
    cancelled_kg: int


class VintageForm(EquationForm):
    """The equation of one project and year."""

    vintage: int


class OrganisationForm(Form):
    """An organisation as the registers name it."""

    code: str
    name_zh: str
    name_en: str


class ProjectForm(Form):
    """One public project; `district` is null where it lies in several."""

    code: str
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    owner: OrganisationForm
    methodology: str
    digest: str
    field: str
    district: str | None
    geometry: dict[str, Any] | None = Field(description="GeoJSON in WGS84.")
    state: str
    simplified: bool
    simulated: bool
    filed_at: datetime | None
    registered_at: datetime | None
    ended_at: datetime | None
    crediting_first: date | None
    crediting_last: date | None
    cap_kg: int | None = Field(description="The most that is issued for a year.")
    buffer_percent: int | None


class ProjectsForm(Form):
    """Projects, the newest first; `next` goes on as `after`, null at the end."""

    projects: list[ProjectForm]
    next: int | None


class SiteForm(Form):
    """One place of a project and its part of the whole."""

    number: int
    name: str
    place: dict[str, Any]
    meters: list[str]
    share_ppm: int


class DocumentForm(Form):
    """One version of a paper, by its hash."""

    kind: str
    title: str
    version: int
    sha256: str
    size: int
    at: datetime


class PeriodForm(Form):
    """One monitoring period; `reduction_kg` is that of the report handed in last."""

    number: int
    first: date
    last: date
    state: str
    reduction_kg: int | None
    report_sha256: str | None
    verifier: OrganisationForm | None
    issuance: UUID | None


class ProjectPageForm(ProjectForm):
    """A project with its papers, periods and credits."""

    sites: list[SiteForm]
    documents: list[DocumentForm]
    periods: list[PeriodForm]
    vintages: list[VintageForm]


class IssuanceForm(Form):
    """What was issued, and what the verifier signed with its own key."""

    event: UUID
    first: int
    last: int
    kg: int
    buffer_kg: int
    statement: dict[str, Any]
    verifier_key: str
    signature: str
    at: datetime
    log_index: int | None


class CreditEventForm(Form):
    """One thing that happened to the kilogram, with the numbers that went with it."""

    event: UUID
    kind: str
    at: datetime
    first: int
    last: int
    kg: int
    from_account: str | None
    to_account: str
    price_fen: int | None = Field(description="For a tonne, as the parties told it.")
    retirement: str | None
    log_index: int | None


class CreditForm(Form):
    """One kilogram: where it is and how it came there.

    `counts` is false once it was cancelled, also after it was retired. For a range, `number` is
    its first, and `one_block` says whether all of it has had the same life so far.
    """

    number: int
    asked_last: int
    one_block: bool
    state: str
    counts: bool
    disputed: bool
    first: int
    last: int
    account: str
    holder: OrganisationForm | None = Field(description="Null in a project's buffer.")
    project: str
    vintage: int
    issuance: IssuanceForm
    events: list[CreditEventForm]


class RetiredForm(Form):
    """Numbers of one project and year that were retired."""

    project: str
    vintage: int
    methodology: str
    first: int
    last: int
    kg: int


class RetirementForm(Form):
    """A retirement that is final. A person who is the beneficiary is not named."""

    number: str
    kg: int
    organisation: OrganisationForm
    beneficiary_kind: str
    beneficiary_zh: str | None
    beneficiary_en: str | None
    purpose_zh: str
    purpose_en: str
    boundary_zh: str
    boundary_en: str
    at: datetime
    commitment: str = Field(description="SHA-256 of salt and credential, in hexadecimal digits.")
    invalid_kg: int = Field(description="Kilograms that were found not to count afterwards.")
    replaced_kg: int = Field(description="Kilograms from buffers that stand in for those.")
    disputed: bool
    log_index: int | None


class RetirementPageForm(RetirementForm):
    """A retirement with the numbers that were retired."""

    retired: list[RetiredForm]


class RetirementsForm(Form):
    """Retirements, the newest first; `next` goes on as `before`, null at the end."""

    retirements: list[RetirementForm]
    next: int | None
