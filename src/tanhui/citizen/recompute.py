"""The why-card as a file: every input by which anyone can recompute it offline."""

from __future__ import annotations

from typing import Any

from tanhui.behaviours.rows import WhyCard
from tanhui.methodology.explain import Step
from tanhui.scenes.in_force import library_in_force

_FORMAT = "tanhui.why-card/2"


def recompute_document(card: WhyCard) -> dict[str, Any]:
    """All that is needed to do the sum again; integers carry their unit in their name."""
    row, explanation, points = card.row, card.explanation, card.points
    scene = library_in_force().scene(row.scene)
    return {
        "format": _FORMAT,
        "behaviour": {
            "key": row.key,
            "scene": row.scene,
            "partner": row.partner_code,
            "started_at": row.started_at.isoformat(),
            "ended_at": row.ended_at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "evidence_grade": row.grade,
            "state": row.state,
        },
        "inputs": scene.inputs(row.amount, row.detail),
        "methodology": {
            "reference": card.methodology,
            "digest": card.methodology_digest,
            "factors_digest": explanation.factors_digest,
            "evaluation_digest": explanation.digest,
            "valid": explanation.valid,
            "steps": [_step(step) for step in explanation.steps],
        },
        "reduction_mg": row.reduction_mg,
        "tariff": {
            "reference": card.tariff,
            "digest": card.tariff_digest,
            "mg_per_point": points.tariff.mg_per_point,
            "points_per_day_max": points.tariff.points_per_day_max,
            "points_used_before": points.used_before,
            "grade_percent": points.percent,
        },
        "limit": _limit(card),
        "points_uncapped": points.points_uncapped,
        "points": points.points,
        "postings": [str(posting_id) for posting_id in card.posting_ids],
        "rules": [
            "reduction_mg = floor(formula)",
            "points_uncapped = floor(reduction_mg * grade_percent / (100 * mg_per_point))",
            "points = min(points_uncapped, max(0, points_per_day_max - points_used_before),"
            " max(0, per_day_max_in_all - points_used_in_all))",
            "a merged record earns nothing: the journey is paid once",
        ],
        "command": f"tanhui evaluate {card.methodology} --inputs inputs.json --json",
    }


def _limit(card: WhyCard) -> dict[str, Any] | None:
    """The limit over all scenes, and what it had left; None before the city had one."""
    limit = card.points.limit
    if limit is None:
        return None
    return {
        "reference": card.limit,
        "digest": card.limit_digest,
        "per_day_max_in_all": limit.per_day_max_in_all,
        "points_used_in_all": card.points.used_in_all,
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "role": step.role,
        "symbol": step.symbol,
        "label": step.label.en,
        "value": step.value,
        "unit": step.unit.en,
        "source": step.source.en,
        "expression": step.expression,
        "substituted": step.substituted,
    }
