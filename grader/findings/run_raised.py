"""An exception that nobody asked for: each kind with its own cure, by the words that Python and torch use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from grader.findings.rule import Hit, Rule, hit
from grader.findings.scene import Scene
from grader.findings.words import named
from grader.model import Raised, RuleText

SIZES = re.compile(
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)"
    r"|shapes cannot be multiplied \((\d+x\d+) and (\d+x\d+)\)"
    r"|shape '\[([-\d, ]+)\]' is invalid for input of size (\d+)"
    r"|[Ss]izes of tensors must match[^.]*\. Expected size (\d+) but got size (\d+)"
    r"|dimensions of batch2 tensor to be: \[([-\d, ]+)\] but got: \[([-\d, ]+)\]"
    r"|inconsistent tensor size, expected tensor \[([-\d, ]+)\] and src \[([-\d, ]+)\]"
    r"|must match[^()]*\((\d+)\)[^()]*\((\d+)\)"
)
NOT_PROBABILITIES = ("should be between 0 and 1", "between 0 and 1 inclusive")
IN_PLACE = (
    "modified by an inplace operation",
    "view and is being modified inplace",
    "written-to tensor refers to a single memory location",
)
LEAF = ("leaf Variable that requires grad",)
CUT_OFF = ("does not require grad and does not have a grad_fn", "backward through the graph a second time")
TO_NUMPY = ("call numpy() on Tensor that requires grad",)
DTYPES = ("expected scalar type", "Found dtype", "same dtype", "expected m1 and m2", "not implemented for")
MEMORY = ("view size is not compatible", "stride", "contiguous")
INDEX = ("out of bounds", "out of range", "index out of", "Dimension out of range")
SIGNATURE = ("positional argument", "keyword argument", "required argument")


def raised(scene: Scene) -> Raised | None:
    """Return the exception that a call raised where the reference raised none."""
    observed, expected = scene.here.sight.observed, scene.here.sight.expectation.actual
    return observed.raised if expected.raised is None else None


def saying(words: tuple[str, ...], *types: str) -> Callable[[Scene], Hit | None]:
    """Return a look for an exception whose message holds one of `words`, and whose type, if any are named, is one."""

    def look(scene: Scene) -> Hit | None:
        error = raised(scene) or scene.here.sight.observed.backward
        if error is None or not any(word in error.message for word in words):
            return None
        if types and not {error.type, *error.bases} & set(types):
            return None
        return told(error)

    return look


def told(error: Raised, **facts: str) -> Hit:
    """Return a hit at the innermost line of the student's own."""
    frame = error.frames[-1] if error.frames else None
    said = {"type": error.type, "message": error.message.partition("\n")[0][:160], **facts}
    place = f" (line {frame.line})" if frame else ""
    seen = hit(place=place, **said)
    return replace(seen, line=frame.line, cell=frame.cell) if frame else seen


def _shapes(scene: Scene) -> Hit | None:
    error = raised(scene)
    match = SIZES.search(error.message) if error else None
    if error is None or match is None:
        return None
    found = [group for group in match.groups() if group is not None]
    numbers = [int(one) for group in found for one in re.findall(r"\d+", group)]
    first, second = (f"({group})" if "," in group else group for group in found[:2])
    return told(error, first=first, second=second, axes=_axes(scene, numbers))


def _axes(scene: Scene, numbers: list[int]) -> str:
    """Return which axes have the sizes that clashed: "5 is classes, 8 is batch"."""
    sizes = scene.here.sizes
    known = [
        f"{number} is the size of {named([axis for axis, size in sizes.items() if size == number])}"
        for number in dict.fromkeys(numbers)
        if number in sizes.values()
    ]
    return f" ({', '.join(known)})" if known else ""


def _any(scene: Scene) -> Hit | None:
    """A scenario may fail at what it was given: then no line of the student's raised."""
    error = raised(scene)
    if error is None:
        return None
    asked = scene.here.sight.case.scenario is not None and not error.frames
    return told(error, who="what this case does with your answer" if asked else "your code")


def _name(scene: Scene) -> Hit | None:
    error = raised(scene)
    return told(error) if error and error.type in {"NameError", "UnboundLocalError", "ImportError"} else None


def _backward(scene: Scene) -> Hit | None:
    error = scene.here.sight.observed.backward
    return told(error) if error and scene.here.sight.expectation.actual.backward is None else None


def _incomplete(scene: Scene) -> Hit | None:
    error = raised(scene)
    return told(error) if error and error.type == "Incomplete" else None


RULES = (
    Rule(
        RuleText(
            id="run.not-assigned",
            title="A result is not assigned",
            message="{message}.",
            why="The results are read from the names that the statement gives; under another name they are not found.",
            mend="Assign every result to its name, in one cell, as the starter does.",
        ),
        rank=1,
        look=_incomplete,
    ),
    Rule(
        RuleText(
            id="run.shapes",
            title="Two shapes do not fit together",
            message="the sizes {first} and {second} do not fit together{axes}{place}.",
            why="Element-wise operations line shapes up from the right: each pair of sizes must be equal, or one of "
            "them 1. A matrix product needs the last size of the first to be the next-to-last of the second.",
            mend="Print the two shapes in front of this line. Then choose: reduce along the axis you meant "
            "(`dim=...`), keep it with `keepdim=True`, or add one with `unsqueeze`.",
            example="""\
def right(logits, targets):
    return (logits - logits.mean(dim=1, keepdim=True)).square().mean()

def wrong(logits, targets):
    return (logits - logits.mean(dim=1)).square().mean()
""",
        ),
        rank=2,
        look=_shapes,
    ),
    Rule(
        RuleText(
            id="value.missing-sigmoid",
            title="Logits where probabilities are expected",
            message="torch was given numbers outside 0 to 1 where it expects probabilities{place}: the sigmoid, or "
            "the softmax, is missing.",
            why="A logit may be any number; a probability lies between 0 and 1. Functions that take probabilities, "
            "such as `F.binary_cross_entropy`, refuse anything else.",
            mend="Apply `torch.sigmoid` (or `softmax`) first, or better, call the function that starts from logits: "
            "its name ends in `_with_logits`, and it stays finite for large ones.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    return torch.nn.functional.binary_cross_entropy(scores, labels)
""",
        ),
        rank=2,
        look=saying(NOT_PROBABILITIES),
    ),
    Rule(
        RuleText(
            id="effect.in-place-recorded",
            title="A tensor that requires grad was written to",
            message="your code writes in place into a tensor that asks for a gradient{place}, while autograd is recording.",
            why="Autograd records what happens to such a tensor, and cannot undo a change of the tensor itself. An input "
            "belongs to the caller; a parameter is changed outside the recording.",
            mend="For an input, compute a new tensor: `x = x * 2` instead of `x *= 2`. To change a parameter, as an "
            "optimiser or an initialiser does, write the line under `with torch.no_grad():`.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    pred -= target
    return pred.square().mean()
""",
        ),
        rank=2,
        look=saying(LEAF),
    ),
    Rule(
        RuleText(
            id="effect.in-place",
            title="An operation in place that autograd cannot allow",
            message="your code writes into a tensor whose old values are still needed{place}.",
            why="An operation that ends in `_`, or `x[...] = ...`, overwrites memory. The caller still needs the "
            "inputs, and the backward pass needs what the forward pass computed.",
            mend="Compute a new tensor: `x = x * 2` instead of `x *= 2` or `x.mul_(2)`; `torch.where` instead of "
            "assigning to `x[mask]`. Or begin with `x.clone()`.",
            example="""\
def right(pred, target):
    return (pred - target).exp().mean()

def wrong(pred, target):
    powers = (pred - target).exp()
    powers.mean(dim=1, keepdim=True).mul_(2)
    result = powers.mean()
    powers.mul_(2)
    return result + 0 * powers.sum()
""",
        ),
        rank=2,
        look=saying(IN_PLACE),
    ),
    Rule(
        RuleText(
            id="run.to-numpy",
            title="A tensor that is being differentiated cannot become an array",
            message="your code turns a tensor that requires grad into a NumPy array{place}; from there no gradient "
            "comes back.",
            why="Autograd follows torch's operations only. What NumPy, `math` or `.item()` compute is cut off from "
            "the graph, and nothing can be learned from it.",
            mend="Use torch's function of the same name: `torch.exp`, `torch.log`, `torch.where`, ...",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return torch.tensor((pred.numpy() - target.numpy()) ** 2).mean()
""",
        ),
        rank=2,
        look=saying(TO_NUMPY),
    ),
    Rule(
        RuleText(
            id="run.dtypes",
            title="Two dtypes do not fit together",
            message="torch refuses to mix dtypes here{place}: {message}",
            why="The same code is run with float32, float64 and bfloat16 inputs. A tensor that you make yourself is "
            "float32 unless you say otherwise, and class numbers must stay integers.",
            mend="Make new tensors in the dtype of the inputs: `torch.zeros_like(x)`, `torch.ones(n, "
            "dtype=x.dtype)`, `t.to(x.dtype)`.",
            example="""\
def right(logits, targets):
    return (logits @ torch.ones(logits.shape[1], dtype=logits.dtype)).square().mean()

def wrong(logits, targets):
    return (logits @ torch.ones(logits.shape[1])).square().mean()
""",
        ),
        rank=2,
        look=saying(DTYPES, "RuntimeError", "NotImplementedError"),
    ),
    Rule(
        RuleText(
            id="run.memory-layout",
            title="The code depends on how the input lies in memory",
            message="`view` needs numbers that lie next to each other in memory, and these do not{place}.",
            why="A transposed, strided or expanded tensor has the right values, but not in the order in which they "
            "are read. Callers hand such tensors over all the time.",
            mend="Write `reshape` instead of `view`: it copies where it must.",
            example="""\
def right(logits, targets):
    return logits.reshape(-1).square().mean()

def wrong(logits, targets):
    return logits.view(-1).square().mean()
""",
        ),
        rank=2,
        look=saying(MEMORY, "RuntimeError"),
    ),
    Rule(
        RuleText(
            id="run.index",
            title="An index that does not exist",
            message="your code asks for a place that is not there{place}: {message}",
            why="Positions count from 0, so the last of `n` is `n - 1`; an axis exists only if the tensor has so "
            "many. Special marks among class numbers, such as -100, are no positions at all.",
            mend="Print the shape and the largest index in front of this line. If some targets are marks, choose the "
            "others first.",
            example="""\
def right(logits, targets):
    return logits.gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    return logits.gather(1, targets[:, None] + 1).mean()
""",
        ),
        rank=2,
        look=saying(INDEX, "IndexError", "RuntimeError"),
    ),
    Rule(
        RuleText(
            id="run.signature",
            title="The function cannot be called as the statement says",
            message="Python could not match the arguments{place}: {message}",
            why="The function is called with the arguments of the statement, by position or by name, and those with "
            "a default may be left out.",
            mend="Copy the `def` line of the starter: the same names in the same order, with the same defaults.",
            example="""\
def right(pred, target, scale=1.0):
    return scale * (pred - target).square().mean()

def wrong(pred, target):
    return (pred - target).square().mean()
""",
        ),
        rank=2,
        look=saying(SIGNATURE, "TypeError"),
    ),
    Rule(
        RuleText(
            id="run.name",
            title="A name that is not defined",
            message="{message}{place}.",
            why="Your file is run from top to bottom in a fresh Python: what an earlier version or another notebook "
            "defined is not there.",
            mend="Check the spelling, and that the import or definition stands in the file, above its use.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    return (pred - tagret).square().mean()
""",
        ),
        rank=2,
        look=_name,
    ),
    Rule(
        RuleText(
            id="gradient.broken-graph",
            title="The backward pass fails",
            message="your result came back, but the backward pass raised {type}: {message}",
            why="A loss is there to be differentiated; torch must be able to walk back from it to the inputs.",
            mend="Avoid operations in place and custom `backward` code between the inputs and the result.",
            example="""\
def right(pred, target):
    return (pred - target).exp().square().mean()

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x ** 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient, gradient

def wrong(pred, target):
    return Square.apply((pred - target).exp()).mean()
""",
        ),
        rank=3,
        look=_backward,
    ),
    Rule(
        RuleText(
            id="run.raised",
            title="The code raised an exception",
            message="{who} raised {type}{place}: {message}",
            why="These inputs are among those that the statement allows; the call should return a result.",
            mend="Call your function yourself with small inputs of these shapes, made with `torch.randn` say, and print "
            "what goes into this line.",
            example="""\
def right(pred, target):
    return (pred - target).square().mean()

def wrong(pred, target):
    weight = 1 / int(torch.zeros(()))
    return (pred - target).square().mean() * weight
""",
        ),
        rank=3,
        look=_any,
    ),
)
