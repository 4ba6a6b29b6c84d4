"""What is kept of the reference's runs."""

from __future__ import annotations

from grader.calls import IN_DTYPE, JITTERS, NARROW
from grader.expected import _expectation
from grader.model import Execution, Gradient, Observation, Status
from grader.spread import with_own_error
from tests.builders import array, tensor


def execution(name: str, slope: float, dtype: str) -> tuple[str, Execution]:
    """Return a run of relu at 1 and at 0, where its slope jumps."""
    gradient = Gradient(slot="x", array=array([1.0, slope], dtype))
    seen = Observation(values=(tensor(0.0, dtype),), gradients=((gradient,),))
    return name, Execution(id=name, status=Status.OK, observation=seen)


def test_a_slope_that_jumps_makes_room_where_it_jumps_alone() -> None:
    slopes = [0.0, *(float(number % 2) for number in range(1, JITTERS + 1))]  # on either side of the kink
    runs = [execution(f"c|{number}", slope, "float64") for number, slope in enumerate(slopes)]
    runs += [execution(f"c|{number}{IN_DTYPE}", slopes[number], "float32") for number in range(1, NARROW + 1)]
    found = with_own_error(_expectation("c", dict([execution("c", 0.0, "float32"), *runs])))
    assert found.spread.gradients[0][0].array == array([0.0, 1.0], "float64")
    assert found.own_errors == ()
