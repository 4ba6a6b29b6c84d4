"""Deciding is total: whatever a worker claims, there is exactly one outcome, and points only for passing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grader import judge, misconceptions
from grader.model import (
    Case,
    Definition,
    Evidence,
    Execution,
    Exercise,
    Facts,
    Form,
    Misconceptions,
    Observation,
    Outcome,
    Status,
    Use,
)
from grader.printed import NUMBER
from tests.builders import exercise, sight
from tests.laws.values import nodes, observations, words

LIKELY = st.sampled_from(["answer", "torch.mean", "a"])
FACTS = st.builds(
    Facts,
    definitions=st.lists(
        st.builds(
            Definition,
            name=LIKELY,
            cell=st.integers(0, 3),
            line=st.integers(1, 9),
            end_line=st.integers(1, 9),
            untouched=st.booleans(),
            loops=st.lists(st.integers(1, 9), max_size=1).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    uses=st.lists(st.builds(Use, name=LIKELY, cell=st.just(0), line=st.just(1), inside=LIKELY), max_size=2).map(tuple),
)
EXERCISES = st.builds(
    exercise,
    form=st.sampled_from(Form),
    outputs=st.sampled_from([(), ("a",)]),
    prints=st.booleans(),
    forbid=st.sampled_from([(), ("torch.mean",), ("loop",)]),
    require=st.sampled_from([(), ("torch.mean",), ("loop",)]),
)
CASES = st.builds(
    Case,
    name=st.just("typical"),
    scenario=st.sampled_from([None, "play"]),
    checks=st.sampled_from([(), (("output", "p"),), (("printed", "p"),)]),
    values_agreed=st.booleans(),
)


@given(
    st.none() | observations(), observations(), observations(), observations(), st.sampled_from(Status),
    st.sampled_from(Status), FACTS, EXERCISES, CASES,
)  # fmt: skip
def test_every_execution_has_one_outcome(
    got: Observation | None,
    actual: Observation,
    oracle: Observation,
    spread: Observation,
    status: Status,
    expected_status: Status,
    facts: Facts,
    asked: Exercise,
    case: Case,
) -> None:
    seen = sight(
        got, actual, oracle=oracle, spread=spread, status=status, expected_status=expected_status, exercise=asked,
        facts=facts, case=case,
    )  # fmt: skip
    compared = got is not None and not got.missing
    judged = replace(seen, differences=judge.differences(seen) if compared else ())
    verdict = judge.verdict(judged, 5.0, Evidence(differences=judged.differences))
    assert verdict.outcome in set(Outcome)
    assert verdict.points == (5.0 if verdict.outcome is Outcome.PASSED else 0.0)
    if status is Status.BROKEN or expected_status not in {Status.OK, Status.RAISED}:
        assert verdict.outcome is Outcome.UNGRADED
    elif status is not Status.OK and status is not Status.RAISED:
        assert verdict.outcome not in {Outcome.PASSED, Outcome.UNGRADED}
    assert isinstance(judge.attempted(asked, facts), bool)


@given(observations())
def test_what_the_reference_does_passes(observation: Observation) -> None:
    plain = Observation(values=observation.values, gradients=observation.gradients, raised=observation.raised)
    seen = sight(plain, plain)
    verdict = judge.verdict(replace(seen, differences=judge.differences(seen)), 1.0, Evidence())
    assert verdict.outcome is Outcome.PASSED


@given(observations(), observations(), observations())
def test_any_conduct_can_be_held_against_misconceptions(
    mine: Observation, wanted: Observation, theirs: Observation
) -> None:
    seen = sight(mine, wanted)
    judged = replace(seen, differences=judge.differences(seen))
    known = Misconceptions(executions=(("m", (Execution(id="m/typical", status=Status.OK, observation=theirs),)),))
    assert misconceptions.matching([judged], known) in {None, "m"}


@given(words | st.from_regex(NUMBER, fullmatch=True), nodes())
def test_any_printed_text_can_be_read(text: str, node: object) -> None:
    script = exercise(form=Form.SCRIPT, outputs=("a",), prints=True)
    seen = Observation(values=(node,), printed=text)  # type: ignore[arg-type]
    judge.differences(sight(seen, seen, exercise=script))
