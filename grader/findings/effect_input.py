"""An input was overwritten, or a setting of the whole process was left changed."""

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import Aspect, Form, RuleText


def _effect(scene: Scene, kind: str) -> str:
    found = [one.slot for one in scene.here.sight.differences if one.aspect is Aspect.SIDE_EFFECT and one.got == kind]
    return "` and `".join(found)


def _modified(scene: Scene) -> Hit | None:
    names = _effect(scene, "modified")
    parameters = {gradient.slot for group in scene.here.sight.observed.gradients for gradient in group}
    known = {param.name for param in scene.here.sight.exercise.params}
    own = bool(names) and scene.here.sight.exercise.form is Form.MODULE and not set(names.split("` and `")) & known
    if not names:
        return None
    whose = "its own parameter" if own and parameters else "the caller's tensor"
    return hit(names, name=names, verb="hold" if "` and `" in names else "holds", whose=whose)


def _state(scene: Scene) -> Hit | None:
    names = _effect(scene, "state changed").replace("`", "")
    return hit(names, name=names) if names else None


def _shares(scene: Scene) -> Hit | None:
    names = _effect(scene, "shares memory")
    return hit(names, name=names) if names else None


RULES = (
    Rule(
        RuleText(
            id="effect.shares-memory",
            title="The result is the caller's own memory",
            message="your result shares its memory with `{name}`: whoever changes one of them changes the other.",
            why="Views, slices, `reshape` and returning an argument itself cost nothing, but tie the result to the input.",
            mend="Return a tensor of its own: `x.clone()`, or the outcome of an operation.",
            example="""\
def right(pred, target):
    return pred.clone()

def wrong(pred, target):
    return pred.view(pred.shape)
""",
        ),
        rank=4,
        look=_shares,
    ),
    Rule(
        RuleText(
            id="effect.input-overwritten",
            title="An input was overwritten",
            message="after the call `{name}` {verb} other values than before: your code changed {whose}.",
            why="A tensor is passed by reference. Whoever called the function still needs it, and finds it changed.",
            mend="Avoid what writes in place: methods that end in `_`, `+=` and its kin, `x[...] = ...`. Compute a "
            "new tensor, or begin with `x = x.clone()`.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    target.neg_()
    return (pred + target).square().mean()
""",
        ),
        rank=2,
        look=_modified,
    ),
    Rule(
        RuleText(
            id="effect.state-left",
            title="A setting was left changed",
            message="after the call the {name} is not what it was: your code changed it for everything that runs "
            "later.",
            why="Settings such as the default dtype or the grad mode belong to the whole process. The next function "
            "runs under yours, and fails in ways that nobody can explain.",
            mend="Use the form that ends by itself, `with torch.no_grad():`, or do without: `dtype=x.dtype` needs no "
            "default.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    torch.set_default_dtype(torch.float64)
    return (pred - target).square().mean()
""",
        ),
        rank=2,
        look=_state,
    ),
)
