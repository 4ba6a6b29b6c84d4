"""JSON that keeps its schema, for every report there is."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from grader.model import Array
from grader.report import json as report_json
from grader.report.flat import flat
from tests.snapshots import reports

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / report_json.SCHEMA_ID


@pytest.mark.parametrize("make", [reports.usual, reports.everything, reports.perfect, reports.empty])
def test_the_output_keeps_the_schema(make: object) -> None:
    text = report_json.render(make())  # type: ignore[operator]
    assert text.isascii()
    jsonschema.Draft202012Validator(report_json.schema()).validate(json.loads(text, parse_constant=pytest.fail))


def test_the_published_schema_is_the_current_one() -> None:
    assert json.loads(SCHEMA.read_text()) == report_json.schema()
    jsonschema.Draft202012Validator.check_schema(report_json.schema())


def test_a_wrong_document_does_not_keep_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(report_json.schema())
    document = json.loads(report_json.render(reports.perfect()))
    assert not validator.is_valid(document | {"schema_version": 2})
    assert not validator.is_valid(document | {"surplus": 1})
    del document["points"]
    assert not validator.is_valid(document)


def test_equal_reports_give_equal_bytes() -> None:
    assert report_json.render(reports.everything()) == report_json.render(reports.everything())


def test_a_name_that_looks_like_json_is_a_name() -> None:
    """The verdicts are put in where there are none: not within a text."""
    usual = reports.usual()
    odd = msgspec.structs.replace(usual.results[0], title='"verdicts":[]', verdicts=())
    report = msgspec.structs.replace(usual, submission='\\"verdicts":[],', results=(odd, *usual.results))
    told = json.loads(report_json.render(report))
    assert told["submission"] == report.submission
    assert [each["title"] for each in told["results"]] == [each.title for each in report.results]
    assert [len(each["verdicts"]) for each in told["results"]] == [len(each.verdicts) for each in report.results]


def test_numbers_that_json_lacks_are_words() -> None:
    text = report_json.render(reports.usual())
    assert '{"dtype":"float32","shape":[4],"values":["nan","inf","-inf",2.0]}' in text


def test_characters_that_utf_8_lacks_are_replaced() -> None:
    """Half of a surrogate pair; an emoji is a whole one, and a backslash and letters are what they are."""
    text = report_json.render(msgspec.structs.replace(reports.usual(), submission="\ud83d \U0001f600 \\ud83d \x7f"))
    assert json.loads(text)["submission"] == "? \U0001f600 \\ud83d \x7f"
    assert text.isascii()


def test_bfloat16_is_decoded() -> None:
    assert flat(Array("bfloat16", (3,), bytes.fromhex("803f 00c0 807f"))) == (1.0, -2.0, float("inf"))
    assert flat(Array("bool", (2,), b"\x01\x00")) == (True, False)
    assert flat(Array("float16", (1,), bytes.fromhex("003c"))) == (1.0,)


def test_what_is_no_part_of_a_report_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="object is no part of a report"):
        report_json._plain(object())
    with pytest.raises(NotImplementedError, match="int is no part of a report"):
        report_json._array_schema(int)


def test_snapshot() -> None:
    """To renew: python -m tests.snapshots.renew, then read the difference."""
    snapshot = Path(__file__).parents[1] / "snapshots" / "usual.json"
    assert report_json.render(reports.usual()) + "\n" == snapshot.read_text(encoding="utf-8")
