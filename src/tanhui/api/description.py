"""What the description says beyond what the routes say of themselves: bodies, headers, examples."""

from __future__ import annotations

from typing import Any

import msgspec

from tanhui.api.bodies import BODY_BYTES_MAX, JSON, NDJSON
from tanhui.api.forms import Declaration, DeclaredForm, Problem, ReconciliationForm
from tanhui.api.problems import CONTENT_TYPE
from tanhui.behaviours.batches import ITEMS_MAX, BatchAnswer
from tanhui.kernel.references import REFERENCE_BYTES_MAX

SCHEMAS = "#/components/schemas/"
_PROBLEMS = {
    400: "The header `Idempotency-Key` is missing.",
    401: "The signature or the token is missing or does not hold.",
    403: "The sender may not do this.",
    404: "There is no such thing, or not for this sender.",
    409: "The `webhook-id` was used for another body.",
    413: f"The body is larger than {BODY_BYTES_MAX:,} bytes.",
    415: "The body has another type or encoding.",
    422: "The body or a parameter does not have its form.",
    429: "The quota is used up; `Retry-After` says when to try again.",
}
_ITEM = {
    "reference": "t-1001",
    "rider": "r-17",
    "mode": "shared_bike",
    "started_at": "2026-05-13T08:00:00+08:00",
    "ended_at": "2026-05-13T08:14:00+08:00",
    "distance_m": 2431,
}
_ANSWER = {
    "batch": "msg_2026051301",
    "environment": "production",
    "results": [
        {
            "reference": "t-1001",
            "result": "recorded",
            "reduction_mg": 118389,
            "points": 11,
        }
    ],
    "totals": {
        "rows": 1,
        "recorded": 1,
        "merged": 0,
        "exists": 0,
        "held": 0,
        "refused": 0,
        "reduction_mg": 118389,
        "points": 11,
    },
    "days": [
        {
            "day": "2026-05-13",
            "rows": 1,
            "recorded": 1,
            "merged": 0,
            "exists": 0,
            "held": 0,
            "refused": 0,
            "reduction_mg": 118389,
            "points": 11,
        }
    ],
}


def _text(about: str) -> dict[str, Any]:
    return {"type": "string", "description": about}


def _name(about: str) -> dict[str, Any]:
    return {**_text(about), "minLength": 1, "maxLength": REFERENCE_BYTES_MAX}


def _amount(about: str) -> dict[str, Any]:
    return {"type": "number", "minimum": 0, "description": about}


_ITEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Item",
    "description": "One behaviour, with the fields of the layout `tanhui-ndjson`; others are"
    " passed over. An item that is none, or that a rule refuses, is refused in its place alone.",
    "required": ["reference", "rider", "mode", "started_at", "ended_at"],
    "properties": {
        "reference": _name("Your own id of it; it makes the behaviour one deed for ever."),
        "rider": _name("Your own id of the person; in production bound to a citizen before."),
        "mode": _text("One of `GET /api/v1/scenes`."),
        "started_at": _text("Date, time with seconds and offset: 2026-05-13T08:00:00+08:00."),
        "ended_at": _text("The same."),
        "distance_m": _amount("Metres; rounded down. Without it, both places."),
        "steps": _amount("Steps, for walking."),
        "energy_wh": _amount("Watt-hours, for charging."),
        "persons": {"type": "integer", "description": "Who shared the car, the driver included."},
        "car_class": _text("small, medium or large."),
        **{
            field: {"type": "number", "description": "WGS84 degrees."}
            for field in ("start_lat", "start_lng", "end_lat", "end_lng")
        },
        "replaces": _name("The reference of an earlier behaviour that this one corrects."),
    },
    "examples": [_ITEM],
}


def _header(name: str, about: str, example: str, *, required: bool = True) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": about,
        "schema": {"type": "string"},
        "example": example,
    }


_SIGNED_HEADERS = [
    _header(
        "webhook-id",
        "Your own id of this message: 1 to 128 printable ASCII characters without a full stop."
        " The same for a retry, another one for another body.",
        "msg_2026051301",
    ),
    _header("webhook-timestamp", "Seconds since 1970; within 5 minutes.", "1778637600"),
    _header(
        "tanhui-partner",
        "Your partner code; makes finding the key faster and errors clearer.",
        "BIKE",
        required=False,
    ),
]
_SIGNED: dict[str, Any] = {"security": [{"Signature": []}], "parameters": _SIGNED_HEADERS}
_LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": "The limits: requests a minute, items a day.",
        "schema": {"type": "string"},
        "example": '"requests";q=6000;w=60, "items";q=2000000;w=86400',
    },
    "RateLimit": {
        "description": "What is left of each, and in how many seconds it begins anew.",
        "schema": {"type": "string"},
        "example": '"requests";r=5999;t=42, "items";r=1999999;t=31000',
    },
}
_REPLAYED = {
    "Tanhui-Replayed": {
        "description": "`true` where this message was answered before.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def problems(*statuses: int) -> dict[Any, Any]:
    """The responses of these statuses, and of every other that is no success."""
    schema = {"content": {CONTENT_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}}
    told: dict[Any, Any] = {
        status: {"description": _PROBLEMS[status], **schema} for status in statuses
    }
    if 429 in told:
        told[429] = {
            **told[429],
            "headers": {
                **_LIMIT_HEADERS,
                "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
            },
        }
    told["default"] = {"description": "Whatever else went wrong.", **schema}
    return told


def _answer(about: str, name: str, *, headers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "description": about,
        "headers": {**_LIMIT_HEADERS, **headers},
        "content": {JSON: {"schema": {"$ref": f"{SCHEMAS}{name}"}, **more}},
    }


RECORD_BATCH: dict[str, Any] = {
    **_SIGNED,
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": ITEMS_MAX,
                    # What is no item is not refused here but answered in its place.
                    "items": {"anyOf": [{"$ref": f"{SCHEMAS}Item"}, {}]},
                },
                "example": [_ITEM],
            },
            NDJSON: {
                "schema": {"type": "string", "description": "One JSON object a line."},
                "example": msgspec.json.encode(_ITEM).decode() + "\n",
            },
        },
    },
    "responses": {
        200: _answer(
            "One result for each item, in order.",
            "BatchAnswer",
            headers=_REPLAYED,
            example=_ANSWER,
        ),
        **problems(401, 403, 409, 413, 415, 422, 429),
    },
}
BATCH: dict[str, Any] = {
    **_SIGNED,
    "responses": {
        200: _answer("As it was answered.", "BatchAnswer", headers={}, example=_ANSWER),
        **problems(401, 404),
    },
}
_DAYS = _answer("Day by day.", "ReconciliationForm", headers={})
_DAYS["content"]["text/csv"] = {"schema": {"type": "string"}}
RECONCILIATION: dict[str, Any] = {
    **_SIGNED,
    "responses": {200: _DAYS, **problems(401, 422)},
}
DECLARE_DAY: dict[str, Any] = {
    **_SIGNED,
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {"$ref": f"{SCHEMAS}Declaration"},
                "example": {"rows": 1204, "amount": 2891022, "mode": "shared_bike"},
            }
        },
    },
    "responses": {
        200: _answer("What is written down.", "DeclaredForm", headers={}),
        **problems(401, 403, 413, 422),
    },
}
CITIZEN: dict[str, Any] = {"responses": problems(401, 404, 422)}
PUBLIC: dict[str, Any] = {"responses": problems(404, 422)}


_NOT_TO_BE_HAD = {
    **problems(409)[409],
    "description": "It cannot be had (`sold_out`, `points_missing`, `person_limit`, `day_limit`,"
    " `offer_closed`), or is past what was asked (`redemption_<state>`, `hold_over`). Points have"
    " not moved.",
}
_NOT_SO = {
    **problems(403)[403],
    "description": "`step_up_needed` (prove the phone), `device_too_new`, `level_too_low` and"
    " `own_offer`.",
}
_OTHERWISE = {403: _NOT_SO, 409: _NOT_TO_BE_HAD}
REDEEMING: dict[Any, Any] = {**problems(400, 401, 404, 422), **_OTHERWISE}
GOING_ON: dict[Any, Any] = {**problems(401, 404, 422), **_OTHERWISE}


def components() -> dict[str, Any]:
    """The schemas that no route brings along by itself."""
    _, answers = msgspec.json.schema_components([BatchAnswer], ref_template=SCHEMAS + "{name}")
    schemas: dict[str, Any] = {"Item": _ITEM_SCHEMA, **answers}
    for form in (Problem, ReconciliationForm, Declaration, DeclaredForm):
        told = form.model_json_schema(ref_template=SCHEMAS + "{model}")
        schemas |= told.pop("$defs", {})
        schemas[form.__name__] = told
    return schemas


SECURITY_SCHEMES: dict[str, Any] = {
    "Signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks 1.0.0: one or several signatures of `id.timestamp.body`,"
        " divided by spaces: `v1,` and the base64 of an HMAC-SHA256 by a `whsec_` secret, or `v1a,`"
        " and the base64 of an Ed25519 signature by the pair of a registered `whpk_` key.",
    },
    "Token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A session's token; in a demo, `tanhui token PERSONA` gives one.",
    },
}
