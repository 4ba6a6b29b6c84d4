"""Validators of other platforms' files; the schemas are this project's own, written from their documentation."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

FOLDER = Path(__file__).parent / "schemas"


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return the validator of tests/schemas/NAME.json, which must be a schema itself."""
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


GRADESCOPE = validator("gradescope-results")
GRADESCOPE_SCORED = validator("gradescope-scored")
PRAIRIELEARN = validator("prairielearn-results")
