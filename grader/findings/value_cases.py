"""What the wrong cases have in common, and the right ones lack: a memory layout, a size of one."""

from __future__ import annotations

from collections.abc import Callable

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Cases, Glimpse, Scene
from grader.findings.words import named
from grader.model import Form, RuleText

ODD = 1
"""So many cases of another size may be right by chance, as where an argument is 0."""


def _only(cases: Cases, test: Callable[[Glimpse], bool]) -> bool:
    """Tell whether exactly the ordinary cases that pass a test are wrong, and there are at least two that are right."""
    seen = [glimpse for glimpse in cases.plain if glimpse.values]
    right = [glimpse for glimpse in seen if not glimpse.wrong_values]
    wrong = [glimpse for glimpse in seen if glimpse.wrong_values]
    return len(right) >= 2 and bool(wrong) and all(map(test, wrong)) and not any(map(test, right))


def _laid_out(glimpse: Glimpse) -> bool:
    return glimpse.sight.case.layout != "contiguous"


def _single(glimpse: Glimpse) -> bool:
    return 1 in glimpse.sizes.values()


def _layout(scene: Scene) -> Hit | None:
    if not scene.here.wrong_values or not scene.cases.once("layout", lambda: _only(scene.cases, _laid_out)):
        return None
    return hit(layout=scene.here.sight.case.layout) if _laid_out(scene.here) else None


def _size_one(scene: Scene) -> Hit | None:
    if not scene.here.wrong_values or not scene.cases.once("single", lambda: _only(scene.cases, _single)):
        return None
    axes = [axis for axis, size in scene.here.sizes.items() if size == 1]
    return hit(axes=named([f"`{axis}`" for axis in axes])) if axes else None


def _mode(scene: Scene) -> Hit | None:
    """A module is right in one mode, and wrong in the other."""
    if scene.here.sight.exercise.form is not Form.MODULE or not scene.here.wrong_values:
        return None
    training = scene.here.sight.case.training
    alike = lambda glimpse: glimpse.sight.case.training is training  # noqa: E731
    if not scene.cases.once(("mode", training), lambda: _only(scene.cases, alike)):
        return None
    modes = ("training", "evaluation")
    return hit(wrong=modes[not training], right=modes[training])


def _fixed_size(scene: Scene) -> Hit | None:
    """Right exactly where an axis has one size, and wrong where it has any other."""
    if not scene.here.wrong_values or scene.here.sight.case.scenario is not None:
        return None
    found = scene.cases.once("fixed", lambda: _the_size(scene.cases))
    if found is None or scene.here.sizes.get(found[0]) == found[1]:
        return None
    return hit(axis=found[0], size=found[1], here=scene.here.sizes.get(found[0], 0))


def _the_size(cases: Cases) -> tuple[str, int] | None:
    seen = [glimpse for glimpse in cases.plain if glimpse.values]
    right = [glimpse for glimpse in seen if not glimpse.wrong_values and glimpse.telling]
    wrong = [glimpse for glimpse in seen if glimpse.wrong_values]
    if len(right) < 4 or len(wrong) < 2:
        return None
    for axis, size in right[0].sizes.items():
        others = sum(glimpse.sizes.get(axis) != size for glimpse in right)
        if others <= ODD and not any(glimpse.sizes.get(axis) == size for glimpse in wrong):
            return axis, size
    return None


RULES = (
    Rule(
        RuleText(
            id="value.mode",
            title="Right in one mode only",
            message="your module is right in {right}, and wrong in {wrong}.",
            why="Layers such as batch norm and dropout compute one thing in training and another in evaluation.",
            mend="Ask `self.training` in `forward`: it is set by `model.train()` and `model.eval()`.",
        ),
        rank=44,
        look=_mode,
    ),
    Rule(
        RuleText(
            id="value.memory-layout",
            title="The result depends on how the input lies in memory",
            message="your result is right for inputs that lie in memory in order, and wrong for {layout} ones with "
            "the same values.",
            why="Transposed, strided and expanded tensors hold their numbers in another order, or one number for "
            "several places. `as_strided`, `storage`, `data_ptr` and `numpy` tricks see the memory instead of the "
            "values.",
            mend="Use ordinary indexing, `reshape` and `transpose`.",
            example="""\
def right(pred, target):
    return (pred * torch.arange(pred.shape[1], dtype=pred.dtype) - target).mean()

def wrong(pred, target):
    flat = torch.as_strided(pred, pred.shape, (pred.shape[1], 1))
    return (flat * torch.arange(pred.shape[1], dtype=pred.dtype) - target).mean()
""",
        ),
        rank=21,
        look=_layout,
    ),
    Rule(
        RuleText(
            id="value.fixed-size",
            title="Right for one size only",
            message="your result is right where `{axis}` has size {size}, and wrong otherwise (here it is {here}): "
            "is the number {size} written in your code?",
            why="The sizes of the example are not those of other inputs.",
            mend="Ask the tensor: `x.shape[-1]` instead of {size}.",
            example="""\
def right(logits, targets):
    return (logits.logsumexp(dim=1) + targets / logits.shape[1]).mean()

def wrong(logits, targets):
    return (logits.logsumexp(dim=1) + targets / 5).mean()
""",
        ),
        rank=22,
        look=_fixed_size,
    ),
    Rule(
        RuleText(
            id="value.size-one",
            title="Wrong where an axis has size 1",
            message="your result is right except where {axes} has size 1.",
            why="`squeeze()` without an axis also removes an axis that only happens to have size 1, a variance "
            "divides by n - 1, and an axis of size 1 broadcasts against everything.",
            mend="Name the axis, `squeeze(-1)`, and think through what the formula gives for a single element.",
            example="""\
def right(pred, target):
    return ((pred - target) * torch.arange(pred.shape[1])).mean()

def wrong(pred, target):
    error = pred - target
    return (error * torch.arange(pred.shape[1])).mean() + (error.shape[0] == 1)
""",
        ),
        rank=22,
        look=_size_one,
    ),
)
