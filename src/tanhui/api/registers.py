"""What anybody may read of the registers: projects, a kilogram's life, retirements."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from tanhui.api import register_forms as forms
from tanhui.api.description import PUBLIC
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.refusals import NotFound
from tanhui.projects import queries as projects
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Project
from tanhui.projects.verification import queries as verification
from tanhui.publiclog import queries as publiclog
from tanhui.registry import queries as registry
from tanhui.registry.invalidity import invalidity
from tanhui.registry.records import Issuance, LifeEvent, Retirement

router = Router(tags=["registers"])
_SERIAL = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def organisation_form(found: Organisation) -> forms.OrganisationForm:
    """An organisation as the registers name it."""
    return forms.OrganisationForm(code=found.code, name_zh=found.name_zh, name_en=found.name_en)


def _project(found: Project) -> dict[str, Any]:
    return {
        "code": found.code,
        "name_zh": found.name_zh,
        "name_en": found.name_en,
        "about_zh": found.about_zh,
        "about_en": found.about_en,
        "owner": organisation_form(found.owner),
        "methodology": found.methodology,
        "digest": found.digest,
        "field": found.field,
        "district": found.district or None,
        "geometry": found.geometry,
        "state": found.state,
        "simplified": found.simplified,
        "simulated": found.simulated,
        "filed_at": found.filed_at,
        "registered_at": found.registered_at,
        "ended_at": found.ended_at,
        "crediting_first": found.crediting_first,
        "crediting_last": found.crediting_last,
        "cap_kg": found.cap_kg,
        "buffer_percent": found.buffer_percent,
    }


@router.get("/projects", response=forms.ProjectsForm, operation_id="projects", openapi_extra=PUBLIC)
def list_projects(request: HttpRequest, asked: Query[forms.ProjectsAsked]) -> dict[str, Any]:
    """Projects, the newest first, from the day their papers are complete."""
    del request
    found = projects.projects_page(
        district=asked.district.replace("\0", "") or None,
        field=asked.field.replace("\0", "") or None,
        words=asked.q,
        after=asked.after,
        limit=asked.limit + 1,
    )
    return {
        "projects": [_project(one) for one in found[: asked.limit]],
        "next": found[asked.limit - 1].id if len(found) > asked.limit else None,
    }


@router.get(
    "/projects/{code}",
    response=forms.ProjectPageForm,
    operation_id="project",
    openapi_extra=PUBLIC,
)
def project(request: HttpRequest, code: str) -> dict[str, Any]:
    """One project with its sites, papers by hash, periods and credits."""
    del request
    found = projects.public_project(code)
    return {
        **_project(found),
        "sites": [
            {
                "number": site.number,
                "name": site.name,
                "place": site.place,
                "meters": list(site.meters),
                "share_ppm": site.share_ppm,
            }
            for site in projects.sites(found.id)
        ],
        "documents": [
            {
                "kind": paper.kind,
                "title": paper.title,
                "version": version.number,
                "sha256": version.sha256,
                "size": version.size,
                "at": version.at,
            }
            for paper in projects.all_documents(found.id)
            for version in paper.versions
        ],
        "periods": [_period(period) for period in monitoring.periods(found.id)],
        "vintages": [
            {"vintage": each.vintage, **_equation(each.equation)}
            for each in registry.equations(found.code)
        ],
    }


def _equation(found: Any) -> dict[str, int]:
    names = ("issued_kg", "held_kg", "reserved_kg", "retired_kg", "cancelled_kg")
    return {name: getattr(found, name) for name in names}


def _period(period: Period) -> dict[str, Any]:
    handed = monitoring.submitted(period.id)
    opinion = verification.opinion(period.subject)
    verifier = organisations.organisation(opinion.verifier_id) if opinion else None
    return {
        "number": period.number,
        "first": period.first,
        "last": period.last,
        "state": period.state,
        "reduction_kg": handed[-1].reduction_kg if handed else None,
        "report_sha256": handed[-1].sha256 if handed else None,
        "verifier": organisation_form(verifier) if verifier else None,
        "issuance": period.event_id,
    }


@router.get(
    "/credits/{serial}",
    response=forms.CreditForm,
    operation_id="credit",
    openapi_extra=PUBLIC,
)
def credit(request: HttpRequest, serial: str) -> dict[str, Any]:
    """The life of one kilogram; a range such as `14208001-14209200` answers for its first."""
    del request
    told = _SERIAL.fullmatch(serial)
    number = int(told[1]) if told else 0
    last = int(told[2]) if told and told[2] else number
    if last < number:
        raise NotFound(
            "no_such_credit",
            zh="没有签发过 № {number}。",
            en="No credit № {number} was ever issued.",
            number=serial[:40],
        )
    life = registry.life(number)
    block = life.block
    holder = block.organisation_id
    wrong = block.state == "retired" and invalidity(number) is not None
    return {
        "number": number,
        "asked_last": last,
        "one_block": last <= block.last,
        "state": block.state,
        "counts": block.state != "cancelled" and not wrong,
        "disputed": any(
            (each.project_code, each.vintage) == (block.project_code, block.vintage)
            for each in registry.disputes()
        ),
        "first": block.first,
        "last": block.last,
        "account": block.account,
        "holder": None if holder is None else organisation_form(organisations.organisation(holder)),
        "project": block.project_code,
        "vintage": block.vintage,
        "issuance": _issuance(life.issuance),
        "events": [_event(each) for each in life.events],
    }


def _issuance(found: Issuance) -> dict[str, Any]:
    return {
        "event": found.event_id,
        "first": found.first,
        "last": found.last,
        "kg": found.kg,
        "buffer_kg": found.buffer_kg,
        "statement": found.said,
        "verifier_key": found.verifier_key,
        "signature": found.signature,
        "at": found.at,
        "log_index": found.log_index,
    }


def _event(found: LifeEvent) -> dict[str, Any]:
    return {
        "event": found.event_id,
        "kind": found.kind,
        "at": found.at,
        "first": found.first,
        "last": found.last,
        "kg": found.kg,
        "from_account": found.from_account,
        "to_account": found.to_account,
        "price_fen": found.price_fen,
        "retirement": found.retirement_number,
        "log_index": found.log_index,
    }


def retirement_form(found: Retirement, organisation: Organisation) -> dict[str, Any]:
    """A final retirement as everybody may read it."""
    assert found.commitment is not None
    assert found.ended_at is not None
    hidden = found.beneficiary_kind == "person"
    return {
        "number": found.number,
        "kg": found.kg,
        "organisation": organisation_form(organisation),
        "beneficiary_kind": found.beneficiary_kind,
        "beneficiary_zh": None if hidden else found.beneficiary_zh or None,
        "beneficiary_en": None if hidden else found.beneficiary_en or None,
        "purpose_zh": found.purpose_zh,
        "purpose_en": found.purpose_en,
        "boundary_zh": found.boundary_zh,
        "boundary_en": found.boundary_en,
        "at": found.ended_at,
        "commitment": found.commitment.hex(),
        "invalid_kg": found.invalid_kg,
        "replaced_kg": found.replaced_kg,
        "disputed": found.disputed,
        "log_index": None if found.outbox_id is None else publiclog.position(found.outbox_id),
    }


@router.get(
    "/retirements",
    response=forms.RetirementsForm,
    operation_id="retirements",
    openapi_extra=PUBLIC,
)
def list_retirements(request: HttpRequest, asked: Query[forms.RetirementsAsked]) -> dict[str, Any]:
    """Retirements that are final, the newest first."""
    del request
    found = registry.retirements(state="retired", before=asked.before, limit=asked.limit + 1)
    known = organisations.organisations(ids={each.organisation_id for each in found})
    return {
        "retirements": [
            retirement_form(one, known[one.organisation_id]) for one in found[: asked.limit]
        ],
        "next": found[asked.limit - 1].serial if len(found) > asked.limit else None,
    }


@router.get(
    "/retirements/{number}",
    response=forms.RetirementPageForm,
    operation_id="retirement",
    openapi_extra=PUBLIC,
)
def retirement(request: HttpRequest, number: str) -> dict[str, Any]:
    """One final retirement with its numbers; its certificate is at `/certificates/{number}`."""
    del request
    found = registry.retirement(number)
    if found.state != "retired":
        raise NotFound(
            "no_such_retirement",
            zh="没有编号为 {number} 的注销。",
            en="There is no retirement {number}.",
            number=number,
        )
    return {
        **retirement_form(found, organisations.organisation(found.organisation_id)),
        "retired": [
            {
                "project": each.project_code,
                "vintage": each.vintage,
                "methodology": each.methodology,
                "first": each.first,
                "last": each.last,
                "kg": each.kg,
            }
            for each in registry.slices(found.id)[found.id]
        ],
    }
