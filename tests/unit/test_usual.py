"""Every usual slip behaves as what a person writes by mistake, and the words say what that is."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import torch

from grader.model import Kind
from grader.mutants.slips import Slip, slips
from tests.builders import exercise, param

IMPORTS = "import math\nimport torch\nimport torch.nn.functional as F\n"
X, Y = torch.randn(2, 6, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
P, LOG_P = X.softmax(1), X.log_softmax(1)
T = torch.tensor([0, 3, 1, 4, 2, 2])
IGNORED = torch.tensor([-100, 3, 1, 4, -100, 2])
B = (Y > 0).double()
W = Y[0].abs()


def function(source: str, name: str) -> Any:
    """Return a function of some source."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return namespace[name]


def like(right: str, wrong: str, given: tuple[Any, ...], said: str) -> list[Slip]:
    """Return the slips of the body of `right` with some words that give what the body of `wrong` gives."""
    names = right.partition(":")[0]
    source = f"{IMPORTS}\ndef f({names}):\n    {right.partition(':')[2].strip()}\n"
    theirs = function(f"{IMPORTS}\ndef f({names}):\n    return {wrong}\n", "f")(*given)
    made = exercise(id="f", params=tuple(param(name.strip()) for name in names.split(",")), starter=source)
    return [each.slip for each in slips(made, source) if each.slip.told == said and is_same(each.source, given, theirs)]


def is_same(source: str, given: tuple[Any, ...], theirs: torch.Tensor) -> bool:
    """Tell whether a changed function gives some numbers; one that raises gives none."""
    try:
        mine = function(source, "f")(*given)
    except Exception:
        return False
    return (
        isinstance(mine, torch.Tensor) and mine.shape == theirs.shape and bool(torch.allclose(mine.to(theirs), theirs))
    )


PICKED = "logits, t: lp = F.log_softmax(logits, dim=1); return -lp.gather(1, t[:, None]).mean()"
BINARY = "x, t: return -(t * F.logsigmoid(x) + (1 - t) * F.logsigmoid(-x)).mean()"
LIKELY = "(1 - logits.softmax(1).gather(1, t[:, None])).mean()"
LOG_OF = "-logits.softmax(1).gather(1, t[:, None]).mean().log()"
LINEAR = "with 1 minus a probability, where minus its logarithm belongs"
EARLY = "with the logarithm of a mean, where the mean of logarithms belongs"
CROSS = "logits, t: return F.cross_entropy(logits, t)"
ZEROS = "if what does not count were still counted in a mean, as zeros"


@pytest.mark.filterwarnings("ignore")  # some slips leave an axis out, and torch warns
@pytest.mark.parametrize(
    ("right", "wrong", "given", "said"),
    [
        (PICKED, LIKELY, (X, T), LINEAR),
        (PICKED, LOG_OF, (X, T), EARLY),
        (CROSS, LIKELY, (X, T), LINEAR),
        (CROSS, LOG_OF, (X, T), EARLY),
        ("x, t: return F.cross_entropy(x, t, reduction='none') * 2", "2 - 2 * x.softmax(1)[range(6), t]", (X, T), LINEAR),
        (BINARY, "(1 - (t * x.sigmoid() + (1 - t) * (-x).sigmoid())).mean()", (X, B), f"{LINEAR}, and the same in the other places like it"),
        (BINARY, "-(t * x.sigmoid() + (1 - t) * (-x).sigmoid()).mean().log()", (X, B), EARLY),
        ("log_probs, t: return -log_probs.gather(1, t[:, None]).mean()", "(1 - log_probs.exp().gather(1, t[:, None])).mean()", (LOG_P, T), LINEAR),
        ("p: return -p.log().sum()", "(1 - p).sum()", (P,), LINEAR),
        ("p, y: d = (p * y).sum(1) / p.sum(1); return (1 - d).mean()", "-((p * y).sum(1) / p.sum(1)).log().mean()", (P, P), "with minus a logarithm, where 1 minus the number itself belongs"),
        ("w, x: return -(w * x).mean()", "-(w * x).sum() / w.sum()", (X, Y), "if a mean were divided by the sum of `w`, where it is divided by a count"),
        ("w, x: each = w * x; return each.mean(dim=0)", "(w * x).sum(0) / x.sum(0)", (X, Y), "if a mean were divided by the sum of `x`, where it is divided by a count"),
        ("a, b: return (F.softplus(a) + F.softplus(b)).mean()", "F.softplus(a + b).mean()", (X, Y), "with the `softplus` of a sum, where the sum of two `softplus` belongs"),
        ("a, b: return (a.exp() + b.exp()) / 2", "((a + b) / 2).exp()", (X, Y), "with the `exp` of a mean, where the mean of two `exp` belongs"),
        ("a, b: return 0.5 * (F.cosine_similarity(a, b) + F.cosine_similarity(b, b))", "F.cosine_similarity((a + b) / 2, b)", (X, Y), "with the `cosine_similarity` of a mean, where the mean of two `cosine_similarity` belongs"),
        ("a, b: return a.norm(dim=1) - b.norm(dim=1)", "(a - b).norm(dim=1)", (X, Y), "with the `norm` of a difference, where the difference of two `norm` belongs"),
        ("a: return a.reshape(3, 2, 5).transpose(0, 1)", "a.reshape(2, 3, 5)", (X,), "if what is computed from `a` were only reshaped, where axes change places: the shape is the same, the order of the numbers is not"),
        ("a: return a @ a.T", "a @ a.reshape(5, 6)", (X,), "if `a` were only reshaped, where axes change places: the shape is the same, the order of the numbers is not"),
        ("a: return a.unflatten(1, (1, 5)).permute(2, 0, 1)", "a.reshape(5, 6, 1)", (X,), "if what is computed from `a` were only reshaped, where axes change places: the shape is the same, the order of the numbers is not"),
        ("a, b: d = a - b; return (a.exp() * d).sum(1)", "(a.exp() * (a - b)).abs().sum(1)", (X, Y), "with the `sum` of absolute values, where that of the numbers themselves belongs"),
        ("a, b: return (a.sigmoid() * b).sum()", "((a > 0).double() * b).sum()", (X, Y), "with probabilities rounded to 0 and 1, which has no gradient, where the probabilities themselves belong"),
        ("a, b: return (a.softmax(dim=1) * b).sum()", "(F.one_hot(a.argmax(1), 5) * b).sum()", (X, Y), "with 1 for what is likeliest and 0 for the rest, which has no gradient, where the probabilities themselves belong"),
        ("a, b: return (F.one_hot(a.argmax(dim=1), 5) * b).sum()", "(a.softmax(1) * b).sum()", (X, Y), "with probabilities, where 1 for the best and 0 for the rest belong"),
        ("a: return (a ** 4).mean(dim=1)", "a.mean(1) ** 4", (X,), "with the `mean` before a power, where it belongs after"),
        ("a: return a.sum(dim=1) ** 4", "(a ** 4).sum(1)", (X,), "with the `sum` after a power, where it belongs before"),
        ("a, b: return (a / b).mean()", "a.mean() / b.mean()", (X, Y), "with the ratio of two means, where the mean of the ratios belongs"),
        ("a: q = a.softmax(dim=1); return (q.mean(dim=0) ** 2).sum()", "(a.mean(0).softmax(0) ** 2).sum()", (X,), "with a mean taken before the `softmax`, where it belongs after"),
        ("a, mask: return a[mask].mean()", "(a * mask).mean()", (X, B.bool()), ZEROS),
        ("a, t: keep = t != -100; return a[keep].mean()", "(a * (t != -100)[:, None]).mean()", (X, IGNORED), ZEROS),
        ("a, t: return F.cross_entropy(a, t, ignore_index=-100)", "F.cross_entropy(a, t, reduction='none').mean()", (X, IGNORED), ZEROS),
        ("a, t: return torch.nn.CrossEntropyLoss(ignore_index=-100)(a, t)", "F.cross_entropy(a, t, reduction='none').mean()", (X, IGNORED), ZEROS),
        ("a, t, w: return F.cross_entropy(a, t, weight=w)", "F.cross_entropy(a, t, weight=w, reduction='none').mean()", (X, T, W), "if a mean were divided by the number of elements, where the sum of their weights belongs"),
        ("a: return a.cumsum(dim=1)", "F.pad(a.cumsum(1)[:, :-1], (1, 0))", (X,), "with the sums of what comes before each place, where the place itself counts too"),
        ("a, b: return torch.cat([-b, a], dim=1)", "torch.cat([b, -a], 1)", (X, Y), "with the minus sign at the other one of two parts: turned the other way"),
        ("g, v: v = 0.9 * v + g; step = g + 0.9 * v; return step - v", "g + 0.9 * v - (0.9 * v + g)", (X, Y), "with `v` as it was before a step, in a place where the changed one belongs"),
        ("x, w, b: return F.layer_norm(x, (5,)) * w + b", "F.layer_norm(x * w + b, (5,))", (X, W, W + 1), "if a factor were multiplied in and a shift added at the start, where both belong at the end"),
        ("mean, var: return (mean ** 2 / var + var.log()).mean()", "(mean ** 2 / var ** 2 + 2 * var.log()).mean()", (X, P), "with `var` squared before anything else, as though given a standard deviation"),
        ("x, var: safe = var.clamp(min=0.2); return (x / safe + safe.log()).mean()", "(x / var.clamp(min=0.2) ** 2 + 2 * var.clamp(min=0.2).log()).mean()", (X, P), "with `var` squared after its bound, as though given a standard deviation"),
        ("x, scale: return (x * scale.clamp(max=0.2)).mean()", "(x * scale.clamp(max=0.2).exp()).mean()", (X, P), "with `scale` replaced by its exponential after its bound"),
        ("mean, std: return (mean / std).mean()", "(mean / std.sqrt()).mean()", (X, P), "with `std` replaced by its square root before anything else, as though given a variance"),
        ("probs: return (probs * 3).sum()", "3 * probs.exp().sum()", (P,), "with `probs` replaced by its exponential before anything else, as though given logarithms"),
        ("a, weight: return a.unfold(1, 2, 1) @ weight", "a.unfold(1, 2, 1) @ weight.flip(-1)", (X, W[:2]), "with `weight` reversed along its last axis before anything else"),
        ("a, b: return (a - b).norm(dim=1)", "(F.normalize(a) - F.normalize(b)).norm(dim=1)", (X, Y), "with `a` and `b` scaled to length 1 along their last axis before anything else"),
    ],
)  # fmt: skip
def test_a_slip_behaves_as_the_mistake_that_its_words_tell(
    right: str, wrong: str, given: tuple[Any, ...], said: str
) -> None:
    assert like(right, wrong, given, said)


def told(body: str, names: str = "x, y, eps=1e-6") -> list[str]:
    """Return what is told of the slips of a function."""
    source = f"{IMPORTS}\ndef f({names}):\n    {body}\n"
    params = tuple(param(arg.arg) for arg in ast.walk(ast.parse(source)) if isinstance(arg, ast.arg))
    return [each.slip.told for each in slips(exercise(id="f", params=params, starter=source), source)]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("return (x - y).square().sum()", "absolute values"),
        ("return (1 - x.softmax(1)).sum()", "absolute values, where that of"),
        ("return torch.exp(2 * F.logsigmoid(x)) * y", "1 minus a probability"),
        ("return x.log() / y", "1 minus a probability"),
        ("return ((1 - eps) * x + eps * y).mean()", "minus a logarithm"),
        ("return x.exp().mean()", "logarithm of a mean"),
        ("return (2 * x).mean()", "divided by the sum"),
        ("return (eps * x).mean()", "divided by the sum of `eps`"),
        ("return x.sum(dim=1) + y.sum(dim=1)", "of a sum, where"),
        ("return F.relu(x) + F.softplus(y)", "of a sum, where"),
        ("return F.softplus(x, 1) + F.softplus(y, 2)", "of a sum, where"),
        ("return x.softmax(1).mean(dim=1)", "mean taken before"),
        ("return x[0].mean()", "as zeros"),
        ("return F.cross_entropy(x, y, ignore_index=0, reduction='sum')", "as zeros"),
        ("return torch.cat([x, y])", "turned the other way"),
        ("x = x + y; return x.sum()", "as it was before"),
        ("return F.one_hot(x, 5)", "1 for the best"),
    ],
)  # fmt: skip
def test_a_slip_is_made_only_where_it_fits(body: str, part: str) -> None:
    assert not [each for each in told(body) if part in each]


def test_who_reads_an_argument_so_is_said_only_where_its_name_fits() -> None:
    found = told("return x + y")
    assert "with `x` squared before anything else" in found
    assert not [each for each in found if "as though" in each]


def test_a_function_of_the_reference_keeps_its_name_to_itself() -> None:
    source = "def f(x, y):\n    return _secret(x) + _secret(y)\n\n\ndef _secret(z):\n    return z.exp()\n"
    made = exercise(id="f", params=(param("x"), param("y")), starter="def f(x, y): ...\n")
    found = [each.slip.told for each in slips(made, source)]
    assert "with a step of a sum, where the sum of two such steps belongs" in found
    assert not [each for each in found if "of a sum, where" in each and "secret" in each]


def test_a_mean_of_weights_that_a_module_has_is_told_of_too() -> None:
    source = "class f:\n    def step(self, x, y):\n        return self.beta * x + y\n"
    made = exercise(id="f", params=(param("x"), param("beta", Kind.SCALAR, axes=(), default=0.9, required=False)))
    assert "with a factor 1 - `beta` that does not belong there" in {each.slip.told for each in slips(made, source)}
