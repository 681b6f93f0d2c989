"""What anybody may read: the city's scenes, its methodologies and the factors they rest on."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tanhui.api import forms
from tanhui.api.description import PUBLIC
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Methodology
from tanhui.methodology.factors import FactorRow
from tanhui.methodology.library import Library
from tanhui.methodology.pages.catalogue import newest
from tanhui.methodology.render import formula_text, number_text
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import Rule, SceneLibrary
from tanhui.scenes.scene import Scene
from tanhui.scenes.tariff import GRADES, Tariff

router = Router(tags=["library"])


def _city() -> SceneLibrary:
    return library_in_force()


def _library() -> Library:
    return _city().methodologies


def _tariff(tariff: Tariff) -> forms.TariffForm:
    return forms.TariffForm(
        reference=tariff.reference,
        digest=tariff.digest,
        basis=tariff.basis,
        mg_per_point=tariff.mg_per_point,
        points_per_day_max=tariff.points_per_day_max,
        grade_percents={grade: tariff.percent(grade) for grade in GRADES},
        source_zh=tariff.source_zh,
        source_en=tariff.source_en,
    )


def _rule(city: SceneLibrary, scene: Scene, day: date) -> Rule | None:
    try:
        return city.rule_on(scene, day)
    except NotFound:
        return None


def _scene(city: SceneLibrary, scene: Scene, day: date) -> forms.SceneForm:
    rule = _rule(city, scene, day)
    return forms.SceneForm(
        code=scene.code,
        mode=scene.mode,
        title_zh=scene.title_zh,
        title_en=scene.title_en,
        about_zh=scene.about_zh,
        about_en=scene.about_en,
        measure=scene.measure,
        max_per_hour=scene.measured.max_per_hour,
        detail=scene.measured.detail,
        detail_choices=list(scene.measured.choices),
        valid_from=scene.valid_from,
        methodology=rule.methodology.reference if rule else None,
        tariff=_tariff(rule.tariff) if rule else None,
    )


@router.get("/scenes", response=forms.ScenesForm, operation_id="scenes", openapi_extra=PUBLIC)
def scenes(request: HttpRequest) -> forms.ScenesForm:
    """What the city rewards: the modes that an item may name, how each is measured and paid."""
    del request
    city, day = _city(), city_day(timezone.now())
    return forms.ScenesForm(
        scenes=[_scene(city, scene, day) for scene in city.scenes], limit=_limit(city, day)
    )


def _limit(city: SceneLibrary, day: date) -> forms.LimitForm | None:
    limit = city.limit(day)
    if limit is None:
        return None
    return forms.LimitForm(
        reference=limit.reference,
        basis=limit.basis,
        points_per_day_max_in_all=limit.per_day_max_in_all,
        spendable_after_days=limit.spendable_after_days,
    )


def _entry(methodology: Methodology) -> dict[str, object]:
    return {
        "id": methodology.id,
        "version": methodology.version,
        "reference": methodology.reference,
        "status": methodology.status,
        "kind": methodology.kind,
        "basis": methodology.basis,
        "digest": methodology.digest,
        "title_zh": methodology.title.zh,
        "title_en": methodology.title.en,
        "valid_from": methodology.valid.start,
        "valid_until": methodology.valid.end,
    }


@router.get(
    "/methodologies",
    response=forms.MethodologiesForm,
    operation_id="methodologies",
    openapi_extra=PUBLIC,
)
def methodologies(request: HttpRequest) -> dict[str, object]:
    """Every version of every methodology."""
    del request
    return {"methodologies": [_entry(item) for item in _library().methodologies()]}


def _formulas(methodology: Methodology) -> list[dict[str, object]]:
    return [
        {
            "symbol": formula.symbol,
            "expression": formula_text(formula.tree),
            "unit": formula.unit.text,
            "label_zh": formula.label.zh,
            "label_en": formula.label.en,
        }
        for formula in methodology.formulas
    ]


def _inputs(methodology: Methodology) -> list[dict[str, object]]:
    return [
        {
            "symbol": given.symbol,
            "unit": given.unit.text,
            "low": number_text(given.low),
            "high": number_text(given.high),
            "label_zh": given.label.zh,
            "label_en": given.label.en,
        }
        for given in methodology.inputs
    ]


@router.get(
    "/methodologies/{methodology_id}",
    response=forms.MethodologyForm,
    operation_id="methodology",
    openapi_extra=PUBLIC,
)
def methodology(request: HttpRequest, methodology_id: str) -> dict[str, object]:
    """One methodology: `id` is the version in force today, `id@version` that version."""
    del request
    id, _, version = methodology_id.partition("@")
    library = _library()
    if version:
        found = library.methodology(id, version)
    else:
        found = newest(library, id, city_day(timezone.now()))
    return {
        **_entry(found),
        "summary_zh": found.summary.zh,
        "summary_en": found.summary.en,
        "basis_zh": found.basis_note.zh,
        "basis_en": found.basis_note.en,
        "factors_digest": found.factors_digest,
        "formulas": _formulas(found),
        "inputs": _inputs(found),
        "factors": sorted({bound.row.key for factor in found.factors for bound in factor.rows}),
        "source_address": f"/methodologies/{found.reference}",
    }


def _factor(row: FactorRow) -> dict[str, object]:
    return {
        "key": row.key,
        "series": row.series,
        "title_zh": row.zh,
        "title_en": row.en,
        "value": number_text(row.quantity.value),
        "unit": row.quantity.unit.text,
        "region": row.region,
        "year": row.year,
        "valid_from": row.valid.start,
        "valid_until": row.valid.end,
        "status": row.status,
        "source": row.source,
        "address": row.address,
        "table": row.table,
        "digest": row.digest,
    }


@router.get("/factors", response=forms.FactorsForm, operation_id="factors", openapi_extra=PUBLIC)
def factors(request: HttpRequest, table: str = "", series: str = "") -> dict[str, object]:
    """Every factor row, or those of one table or one series."""
    del request
    rows = [row for shelf in _library().factors.tables() for row in shelf.rows]
    return {
        "factors": [
            _factor(row)
            for row in rows
            if (not table or row.table == table) and (not series or row.series == series)
        ]
    }
