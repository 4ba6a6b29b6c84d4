"""The result is what comes out if rows meet the wrong targets, or only some of them take part."""

from __future__ import annotations

from grader.findings.guesses import Meeting, looking, matching
from grader.findings.laws import Law, proved
from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.model import RuleText

STEPS = {"shifted+1": "one too high", "shifted-1": "one too low"}


def _shifted(scene: Scene) -> Hit | None:
    found = matching(scene, list(STEPS))
    return hit(found[1].slot, first=found[0][1], way=STEPS[found[0][0]]) if found else None


def _aligned(scene: Scene) -> Hit | None:
    found = matching(scene, ["ahead", "behind"])
    if found is None:
        return None
    way = "the next one" if found[0][0] == "ahead" else "the one before"
    return hit(found[1].slot, first=found[0][1], axis=found[0][2], way=way)


def _broadcast(scene: Scene) -> Hit | None:
    """All pairs in every case, or wherever an axis has size 1 and nowhere else."""
    if not scene.variants:
        return None
    for thin in (False, True):
        guess = Meeting(scene.variants, thin)
        pair = proved(scene, Law(guess, guess, lenient=not thin, exceptional=thin))
        if pair is not None:
            where = " where an axis has size 1" if thin else ""
            return hit(pair.slot, axis=next(iter(scene.here.sizes), "batch"), where=where)
    return None


RULES = (
    Rule(
        RuleText(
            id="value.broadcast",
            title="Every row met every target",
            message="your result is the mean over all pairs{where}: each row of `{axis}` with the target of every "
            "row, not only with its own.",
            why="Shapes such as (n, 1) and (n) do fit together for torch: it repeats both and gives (n, n). So does "
            "`x[:, targets]`. No error is raised, and the mean hides it.",
            mend="Give both the same shape before you combine them, name the axis of a `squeeze`, and use `gather` "
            "(or `x[range(n), targets]`) to pick one element from each row.",
            example="""\
def right(logits, targets):
    return -logits.log_softmax(dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -logits.log_softmax(dim=1)[:, targets].mean()
""",
        ),
        rank=12,
        look=_broadcast,
    ),
    Rule(
        RuleText(
            id="value.part-of-the-rows",
            title="Only a part of the inputs is used",
            message="your result is what comes out if {first} of `{second}` take part.",
            why="A slice or a `range` that ends too early leaves elements out without any error.",
            mend="Check the slices and loops over this axis: `x[:-1]` leaves the last out, `x[1:]` the first, and "
            "`x[0]` all but one.",
            example="""\
def right(scores, labels):
    return (scores.detach() - labels).square().mean()

def wrong(scores, labels):
    return (scores.detach()[1:] - labels[1:]).square().mean()
""",
        ),
        rank=12,
        look=looking("rows"),
    ),
    Rule(
        RuleText(
            id="value.next-position",
            title="Each position meets its neighbour's target",
            message="your result is what comes out if each position of `{axis}` is compared with {way}.",
            why="Shifting by one belongs where a model predicts what comes next, and is to be done once: here, or by "
            "whoever calls. The statement says that it is not done here.",
            mend="Compare `{first}` at each position with the target at the same position; leave the slices `[:-1]` "
            "and `[1:]` out.",
            example="""\
def right(scores, labels):
    return (scores.detach() - labels).square().mean()

def wrong(scores, labels):
    return (scores.detach()[:-1] - labels[1:]).square().mean()
""",
        ),
        rank=12,
        look=_aligned,
    ),
    Rule(
        RuleText(
            id="value.index-shifted",
            title="Class numbers are off by one",
            message="your result is what comes out if every number in `{first}` is {way}.",
            why="Classes count from 0, so the last of `n` is `n - 1`.",
            mend="Use `{first}` as it is, without adding or subtracting 1.",
            example="""\
def right(logits, targets):
    return -logits.log_softmax(dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    shifted = (targets + 1) % logits.shape[1]
    return -logits.log_softmax(dim=1).gather(1, shifted[:, None]).mean()
""",
        ),
        rank=15,
        look=_shifted,
    ),
    Rule(
        RuleText(
            id="value.rows-mismatched",
            title="Rows meet the wrong targets",
            message="your result is what comes out if the rows of the second argument stand in another order.",
            why="Row i of one argument belongs to row i of the other; a roll, a flip or a sort of one of them alone "
            "tears them apart.",
            mend="Leave both in the order in which they came, or reorder both.",
            example="""\
def right(logits, targets):
    return -logits.log_softmax(dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return -logits.log_softmax(dim=1).gather(1, targets.roll(1)[:, None]).mean()
""",
        ),
        rank=15,
        look=looking("rolled", "flipped"),
    ),
    Rule(
        RuleText(
            id="value.transposed-argument",
            title="A square argument is transposed",
            message="your result is what comes out if `{first}` is transposed.",
            why="A square matrix fits either way, so no error is raised when its rows and columns change places.",
            mend="Find where `{first}` is multiplied, and put a `.T` there or take one away; name the axes of both sides.",
            example="""\
def right(logits, square):
    return (logits @ square).square().mean()

def wrong(logits, square):
    return (logits @ square.T).square().mean()
""",
        ),
        rank=12,
        look=looking("transposed"),
    ),
    Rule(
        RuleText(
            id="value.reshaped",
            title="Axes were mixed up by a reshape",
            message="your result is what comes out if `{first}` is transposed and then read into its old shape, so "
            "that its numbers no longer stand with their own rows.",
            why="`reshape` and `view` keep the order in which the numbers lie and only cut it differently; they do "
            "not exchange axes, and after a transposition they mix them up.",
            mend="Exchange axes with `transpose` or `permute`, and only reshape axes that stand next to each other "
            "in the right order.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target.T.reshape(target.shape)).square().mean()
""",
        ),
        rank=12,
        look=looking("reordered"),
    ),
)
