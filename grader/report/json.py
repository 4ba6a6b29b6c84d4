"""A report as JSON, and the schema that it keeps. Equal reports give equal bytes."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from grader.model import ITEM_BYTES, Array, Evidence, Outcome, Report, Verdict
from grader.report.flat import flat, printable

SCHEMA_ID = "report-1.json"


def render(report: Report) -> str:
    """Return the report as one line of JSON in ASCII.

    An array is {"dtype", "shape", "values": [row-major]}; a number that is not finite is "nan", "inf" or "-inf".
    """
    bare = replace(report, results=tuple(replace(each, verdicts=()) for each in report.results))
    first, *rest = _written(bare).split(_NO_VERDICTS)
    told = [
        f'"verdicts":[{",".join(map(_verdict, each.verdicts))}]{after}'
        for each, after in zip(report.results, rest, strict=True)
    ]
    return "".join((first, *told))


_NO_VERDICTS = '"verdicts":[]'
"""Where the verdicts of a result belong; within a text the quotes would be escaped."""


def _verdict(verdict: Verdict) -> str:
    return (
        _passed(verdict) if verdict.outcome is Outcome.PASSED and verdict.evidence == Evidence() else _written(verdict)
    )


@lru_cache(maxsize=4096)
def _passed(verdict: Verdict) -> str:
    """Return the verdict of a case with which nothing is wrong: in a class mostly the same ones."""
    return _written(verdict)


def _written(value: Report | Verdict) -> str:
    plain = msgspec.to_builtins(value, enc_hook=_plain)
    try:
        told = _told(plain)
    except ValueError:  # a number that is not finite
        return _told(_finite(plain))
    return _told(_finite(plain)) if _HALF in told else told


_HALF = "\\ud"
"""How half of a surrogate pair begins in JSON; so do pairs."""


def _told(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if not isinstance(value, Array):
        raise NotImplementedError(f"{type(value).__name__} is no part of a report")
    return {"dtype": value.dtype, "shape": list(value.shape), "values": list(flat(value))}


def _finite(value: Any) -> Any:
    """Return the same JSON value with numbers and characters that JSON cannot hold put into words."""
    match value:
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case float():
            return printable(value)
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return value


def schema() -> dict[str, Any]:
    """Return the JSON Schema of `render`'s output; `docs/schema/report-1.json` is its copy."""
    (outer,), parts = msgspec.json.schema_components([Report], schema_hook=_array_schema, ref_template="#/$defs/{name}")
    parts["Report"]["properties"]["schema_version"] = {"const": 1}
    for part in parts.values():
        if part.get("type") == "object":  # every field is written, so a reader may rely on every field
            part["required"] = list(part["properties"])
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "A grading report, version 1",
        **outer,
        "$defs": dict(sorted(parts.items())),
    }
    document: dict[str, Any] = json.loads(json.dumps(whole))  # tuples among the defaults become lists
    return document


def _array_schema(kind: type) -> dict[str, Any]:
    if kind is not Array:
        raise NotImplementedError(f"{kind.__name__} is no part of a report")
    number = {"anyOf": [{"type": ["number", "boolean"]}, {"enum": ["nan", "inf", "-inf"]}]}
    return {
        "title": "Array",
        "description": "A dense array; values in row-major order.",
        "type": "object",
        "properties": {
            "dtype": {"enum": sorted(ITEM_BYTES)},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "values": {"type": "array", "items": number},
        },
        "required": ["dtype", "shape", "values"],
        "additionalProperties": False,
    }
