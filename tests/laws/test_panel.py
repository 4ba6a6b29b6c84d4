"""The panel only saves looks: where it says that all is right, the judge that looks at each tensor finds nothing."""

from __future__ import annotations

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from grader import judge
from grader.model import Case, Observation
from grader.panel import Panel
from tests.builders import exercise, sight, tensor
from tests.laws.values import observations


@st.composite
def answers(draw: st.DrawFn, actual: Observation) -> Observation:
    """Return what an answer did: mostly what the reference did, but for one part."""
    other = draw(observations())
    parts = draw(st.sampled_from([(), ("values",), ("gradients",), ("backward",), ("values", "gradients")]))
    return msgspec.structs.replace(actual, **{part: getattr(other, part) for part in parts})


@given(st.data(), observations(), observations(), observations(), st.booleans())
def test_what_is_met_has_no_difference(
    data: st.DataObject, actual: Observation, oracle: Observation, spread: Observation, agreed: bool
) -> None:
    faces = [msgspec.structs.replace(actual, backward=None), data.draw(st.sampled_from([actual, oracle])), spread]
    mine = data.draw(answers(faces[0]))
    seen = sight(mine, faces[0], oracle=faces[1], spread=spread, case=Case(name="typical", values_agreed=agreed))
    panel = Panel.of(seen.exercise, [(seen.case, seen.call, seen.expectation)])
    met = bool(panel.met([mine]))
    event(f"met: {met}")
    if met:
        assert judge.differences(seen, met=True) == judge.differences(seen)


@given(observations(), observations(), st.none() | observations())
def test_a_case_is_met_whatever_happened_in_another(first: Observation, second: Observation, got: Observation) -> None:
    right = Observation(values=(tensor([1.0, -2.0]), tensor([3], "int64")))
    asked = [sight(None, wanted) for wanted in (first, right, second)]
    panel = Panel.of(exercise(), [(each.case, each.call, each.expectation) for each in asked])
    assert 1 in panel.met([got, right, got])
