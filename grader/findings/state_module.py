"""A module keeps something between calls: its parameters are not those asked for, or its buffers are not kept up."""

from __future__ import annotations

import numpy as np

from grader.arrays import to_numpy
from grader.findings.rule import Hit, Rule, hit
from grader.findings.run_raised import raised, told
from grader.findings.scene import Numbers, Scene
from grader.findings.words import number, two
from grader.model import Difference, RuleText

BUFFER = "buffer "
STATE = "state "


def _parameters(scene: Scene) -> Hit | None:
    error = raised(scene)
    return told(error) if error is not None and error.type == "ParametersDiffer" else None


def _difference(scene: Scene) -> Difference | None:
    return next((one for one in scene.here.sight.differences if one.slot.startswith(BUFFER)), None)


def _arrays(scene: Scene, name: str) -> tuple[Numbers, Numbers, Numbers] | None:
    """Return a buffer before the call, after the student's call, and after the reference's, as float64."""
    sight = scene.here.sight
    groups = sight.call.state, sight.observed.buffers, sight.expectation.oracle.buffers
    found = [to_numpy(dict(group)[name]).astype(np.float64) for group in groups if name in dict(group)]
    return (found[0], found[1], found[2]) if len(found) == 3 and found[0].shape == found[1].shape else None


def _name(scene: Scene) -> str:
    one = _difference(scene)
    return "" if one is None else one.slot.removeprefix(BUFFER)


def _keys(scene: Scene) -> Hit | None:
    found = [one for one in scene.here.sight.differences if one.slot.startswith(STATE)]
    if not found:
        return None
    one = found[0]
    name = one.slot.removeprefix(STATE)
    if one.got == "nothing":
        words = f"there is no `{name}`, which should have the shape {one.expected}"
    elif one.expected == "nothing":
        words = f"`{name}` is not asked for"
    else:
        words = f"`{name}` is {one.got} at first, expected {one.expected}"
    return hit(name, words=words)


def _missing(scene: Scene) -> Hit | None:
    one = _difference(scene)
    if one is None or one.got != "nothing":
        return None
    name = one.slot.removeprefix(BUFFER)
    return hit(name, name=name, shape=one.expected)


def _not_updated(scene: Scene) -> Hit | None:
    name = _name(scene)
    arrays = _arrays(scene, name) if name else None
    if arrays is None:
        return None
    before, got, want = arrays
    same = bool(np.allclose(got, before, rtol=1e-6, atol=1e-9))
    return hit(name, name=name) if same and not np.allclose(want, before, rtol=1e-6, atol=1e-9) else None


def _updated(scene: Scene) -> Hit | None:
    name = _name(scene)
    arrays = _arrays(scene, name) if name else None
    if arrays is None:
        return None
    before, got, want = arrays
    kept = bool(np.allclose(want, before, rtol=1e-6, atol=1e-9))
    mode = "in training" if scene.here.sight.case.training else "in evaluation"
    return hit(name, name=name, mode=mode) if kept and not np.allclose(got, before, rtol=1e-6, atol=1e-9) else None


def _differs(scene: Scene) -> Hit | None:
    one = _difference(scene)
    if one is None:
        return None
    name = one.slot.removeprefix(BUFFER)
    if one.got_value is None or one.expected_value is None:
        return hit(name, name=name, place="", got=one.got, want=one.expected, step="")
    place = f"[{', '.join(map(str, one.index))}]" if one.index else ""
    got, want = two(float(one.got_value), float(one.expected_value))
    return hit(name, name=name, place=place, got=got, want=want, step=_step(scene, name))


def _step(scene: Scene, name: str) -> str:
    """Return how much farther than asked for every number moved, if all moved by the same multiple."""
    arrays = _arrays(scene, name)
    if arrays is None:
        return ""
    before, got, want = arrays
    steps = (want - before).reshape(-1)
    if steps.size < 2 or not np.all(np.abs(steps) > 1e-6):
        return ""
    ratios = (got - before).reshape(-1) / steps
    if float(np.ptp(ratios)) > 1e-3 * abs(float(ratios[0])):
        return ""
    return f"; it moved {number(float(ratios.mean()))} times as far as it should"


RULES = (
    Rule(
        RuleText(
            id="structure.parameters",
            title="The module has other parameters than asked for",
            message="{message}.",
            why="The module is observed with known parameters put in, so it must have the same ones: as many, of the "
            "same shapes. What is not learned, such as a running mean, is a buffer.",
            mend="Make learned tensors with `nn.Parameter` or a layer such as `nn.Linear`, and others with "
            "`self.register_buffer`. Check `bias=False`.",
        ),
        rank=1,
        look=_parameters,
    ),
    Rule(
        RuleText(
            id="state.keys",
            title="The state_dict is another",
            message="in your module's `state_dict()`, {words}.",
            why="A state_dict is how a model is saved and loaded: it is found again by names and shapes.",
            mend="Name parameters, buffers and layers as the statement does, and give them the first values it names.",
        ),
        rank=5,
        look=_keys,
    ),
    Rule(
        RuleText(
            id="state.missing",
            title="A buffer is missing",
            message="your module has no buffer `{name}` of shape {shape}.",
            why="A plain attribute is not saved with the model, and does not move with it to another device or dtype.",
            mend="Call `self.register_buffer` with its name and first value in the constructor.",
        ),
        rank=5,
        look=_missing,
    ),
    Rule(
        RuleText(
            id="state.not-updated",
            title="A buffer is not kept up",
            message="your module leaves the buffer `{name}` as it was; the call should update it.",
            why="Running statistics are collected in training and used in evaluation; without the update evaluation uses "
            "what the constructor put there.",
            mend="Update it in `forward` while `self.training` is true, under `torch.no_grad()`.",
        ),
        rank=35,
        look=_not_updated,
    ),
    Rule(
        RuleText(
            id="state.updated",
            title="A buffer is changed where it should stay",
            message="your module changes the buffer `{name}` {mode}; there it should stay as it was.",
            why="In evaluation a model must give the same answer however often it is asked, and in whatever order.",
            mend="Update buffers only while `self.training` is true.",
        ),
        rank=35,
        look=_updated,
    ),
    Rule(
        RuleText(
            id="state.differs",
            title="A buffer gets another value",
            message="after the call the buffer `{name}{place}` is {got}, expected {want}{step}.",
            why="The results are right, and what is kept for later calls is not: the update has another formula, another "
            "momentum, or another variance (biased or not).",
            mend="Compare the line that updates `{name}` with the statement: which share of the old value stays?",
        ),
        rank=36,
        look=_differs,
    ),
)
