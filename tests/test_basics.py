"""A small course that uses all of the vocabulary, with right and wrong answers, end to end."""

from __future__ import annotations

import pytest

from grader.model import Aspect, Difference, Form, Outcome, Report, Result
from tests.lessons import Lessons, notebook

EVERYTHING = [
    "pick_scores", "masked_sum", "divergence", "rough_exp", "describe_scores", "positive_root", "roll_dice", "only_defined",
    "running_total", "self_attention", "scaled_norm",
]  # fmt: skip


def result(basics: Lessons, name: str, source: str) -> Result:
    return basics.grade(source, name).results[0]


def differences(found: Result) -> list[Difference]:
    return [difference for verdict in found.verdicts for difference in verdict.evidence.differences]


def failed(found: Result) -> set[str]:
    return {verdict.case for verdict in found.verdicts if verdict.outcome is not Outcome.PASSED}


def test_the_course_is_complete(basics: Lessons) -> None:
    assert sorted(name for lesson in basics.course.lessons for name in lesson.exercises) == sorted(EVERYTHING)
    assert {basics.exercise(name).form for name in EVERYTHING} == set(Form)


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_reference_is_right_and_the_starter_is_not_attempted(basics: Lessons, name: str) -> None:
    right = result(basics, name, basics.reference(name))
    assert (right.outcome, right.points) == (Outcome.PASSED, right.max_points)
    starter = "import torch\nfrom torch import Tensor, nn\n" + basics.exercise(name).starter
    marked = f"# exercise: {name}\n{starter}"
    report = basics.grade(marked, name)
    assert report.results[0].outcome is Outcome.NOT_ATTEMPTED
    assert report.points == 0


def test_all_in_one_notebook(basics: Lessons) -> None:
    names = [name for name in EVERYTHING if name != "only_defined"]
    cells = [(basics.reference(name), {"grader": {"exercise": name}}) for name in names]
    report = basics.grade(notebook(*cells), *names)
    assert {each.exercise: each.outcome for each in report.results} == dict.fromkeys(names, Outcome.PASSED)
    assert report.points == report.max_points


# Functions

PICK = "import torch\ndef pick_scores(scores, index):\n    return {}\n"


def test_a_loop_is_refused_and_a_missing_call_too(basics: Lessons) -> None:
    found = result(basics, "pick_scores", PICK.format("torch.stack([row[i] for row, i in zip(scores, index)])"))
    assert found.outcome is Outcome.REFUSED
    told = {(d.slot, d.got, d.expected) for d in differences(found) if d.aspect is Aspect.RULE}
    assert told == {("line 3", "loop", "not loop"), ("source", "", "torch.gather")}
    assert found.excerpt.marked == (3,)


@pytest.mark.parametrize(
    ("expression", "aspect"),
    [
        ("torch.gather(scores, 1, index[:, None])", Aspect.SHAPE),
        ("torch.gather(scores, 1, index[:, None]).squeeze(1).double()", Aspect.DTYPE),
        ("torch.gather(scores, 1, index[:, None]).squeeze(1).detach()", Aspect.REQUIRES_GRAD),
        ("torch.gather(scores, 1, index[:, None]).squeeze(1) * 1.001", Aspect.VALUE),
        ("torch.gather(scores.detach(), 1, index[:, None]).squeeze(1) + 0 * scores.sum()", Aspect.GRADIENT),
        ("(torch.gather(scores, 1, index[:, None]).squeeze(1),)", Aspect.STRUCTURE),
        ("torch.gather(scores, 1, index[:, None]).squeeze(1).tolist()", Aspect.STRUCTURE),
        ("None and torch.gather", Aspect.TYPE),
        (
            "torch.gather(scores, 1, index[:, None]).squeeze(1) + 0 * torch.rand(1).nan_to_num() + torch.rand(1) * 1e-12",
            Aspect.SIDE_EFFECT,
        ),
    ],
)
def test_each_way_of_being_wrong_is_told_by_its_aspect(basics: Lessons, expression: str, aspect: Aspect) -> None:
    found = result(basics, "pick_scores", PICK.format(expression))
    assert found.outcome is Outcome.WRONG
    assert aspect in {difference.aspect for difference in differences(found)}


@pytest.mark.parametrize(
    ("body", "cases"),
    [
        (
            "return scores.view(-1)[torch.arange(len(index)) * scores.shape[1] + torch.gather(index, 0, torch.arange(len(index)))]",
            {"transposed"},
        ),
        ("return torch.gather(scores.float(), 1, index[:, None]).squeeze(1)", {"float64"}),
    ],
)
def test_an_answer_that_fails_some_inputs_loses_those_cases(basics: Lessons, body: str, cases: set[str]) -> None:
    found = result(basics, "pick_scores", f"import torch\ndef pick_scores(scores, index):\n    {body}\n")
    assert cases <= failed(found)
    assert "typical" not in failed(found)
    assert 0 < found.points < found.max_points


def test_other_parameter_names_fail_by_keyword_alone(basics: Lessons) -> None:
    found = result(
        basics,
        "pick_scores",
        "import torch\ndef pick_scores(s, index):\n    return torch.gather(s, 1, index[:, None]).squeeze(1)\n",
    )
    assert "by name" in failed(found)
    assert "typical" not in failed(found)


def test_a_modified_input_is_told(basics: Lessons) -> None:
    found = result(
        basics,
        "masked_sum",
        "def masked_sum(values, mask, weight=None):\n    mask |= False\n    mask[:] = True\n    return (values * (1 if weight is None else weight)).sum(1)\n",
    )
    assert ("mask", "modified") in {(d.slot, d.got) for d in differences(found) if d.aspect is Aspect.SIDE_EFFECT}


def test_an_optional_tensor_is_left_out_once(basics: Lessons) -> None:
    found = result(
        basics, "masked_sum", "def masked_sum(values, mask, weight=None):\n    return (values * mask * weight).sum(1)\n"
    )
    assert "no weight" in failed(found)
    assert "typical" not in failed(found)
    assert found.outcome is Outcome.RAISED


STRANGE = """\
def masked_sum(values, mask, weight=None):
    kept = values * mask
    bent = kept.sign() * kept.abs().pow(1.3)
    return (bent if weight is None else bent * weight).sum(1)
"""


@pytest.mark.parametrize("in_a_notebook", [False, True])
def test_the_line_where_the_numbers_part_is_told(basics: Lessons, in_a_notebook: bool) -> None:
    source = notebook("import torch", STRANGE) if in_a_notebook else STRANGE
    found = result(basics, "masked_sum", source)
    assert found.lead is not None
    assert (found.lead.rule, found.lead.cell, found.lead.line) == ("value.first-step", int(in_a_notebook), 3)
    assert dict(found.lead.facts)["code"] == "bent = kept.sign() * kept.abs().pow(1.3)"
    assert found.excerpt is not None
    assert found.excerpt.marked == (3,)


def test_a_gradient_where_none_may_be(basics: Lessons) -> None:
    found = result(
        basics,
        "divergence",
        "import torch\ndef divergence(p, q):\n    return (torch.special.xlogy(p, p) - p * q).sum(-1)\n",
    )
    (slot,) = {difference.slot for difference in differences(found)}
    assert slot == "gradient of p"


def test_zero_probabilities_bite(basics: Lessons) -> None:
    found = result(
        basics, "divergence", "def divergence(p, q):\n    p = p.detach()\n    return (p * (p.log() - q)).sum(-1)\n"
    )
    assert "one-hot targets" in failed(found)
    assert "typical" not in failed(found)


def test_an_author_s_tolerance(basics: Lessons) -> None:
    series = "def rough_exp(x):\n    return 1 + x + x**2 / 2 + x**3 / 6 + x**4 / 24\n"
    assert result(basics, "rough_exp", series).outcome is Outcome.PASSED
    assert result(basics, "rough_exp", series.replace(" + x**4 / 24", "")).outcome is Outcome.WRONG


DESCRIBE = """
def describe_scores(scores, limit=0.0):
    best, places = scores.max(1)
    return {{"best": ({best}, {places}), "above": {above}, "rows": {rows}, "mean": {mean}}}
"""
PARTS = {
    "best": "best",
    "places": "places",
    "above": "[scores > limit]",
    "rows": "len(scores)",
    "mean": "scores.mean().item()",
}


def test_a_structure_of_every_kind(basics: Lessons) -> None:
    assert result(basics, "describe_scores", DESCRIBE.format(**PARTS)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("change", "slot", "aspect"),
    [
        ({"places": "places + 1"}, "output.best[1]", Aspect.VALUE),
        ({"places": "places.int()"}, "output.best[1]", Aspect.DTYPE),
        ({"above": "[scores >= -limit]"}, "output.above[0]", Aspect.VALUE),
        ({"above": "(scores > limit,)"}, "output.above", Aspect.STRUCTURE),
        ({"rows": "float(len(scores))"}, "output.rows", Aspect.TYPE),
        ({"rows": "len(scores) + 1"}, "output.rows", Aspect.VALUE),
        ({"mean": "scores.mean().item() * 1.001"}, "output.mean", Aspect.VALUE),
        ({"mean": "scores.mean()"}, "output.mean", Aspect.TYPE),
    ],
)
def test_each_part_of_a_structure_is_compared(
    basics: Lessons, change: dict[str, str], slot: str, aspect: Aspect
) -> None:
    found = result(basics, "describe_scores", DESCRIBE.format(**(PARTS | change)))
    assert found.outcome is Outcome.WRONG
    assert {(d.slot, d.aspect) for d in differences(found)} >= {(slot, aspect)}
    assert {d.slot for d in differences(found)} - {"gradient of scores"} == {slot}


# Scenarios

ROOT = "def halve(x): return x / 2\ndef positive_root(x):\n    {}\n    return x.sqrt()\n"


def test_an_exception_is_expected(basics: Lessons) -> None:
    refuse = "if (x < 0).any(): raise {}('no')"
    assert result(basics, "positive_root", ROOT.format(refuse.format("ValueError"))).outcome is Outcome.PASSED
    silent = result(basics, "positive_root", ROOT.format("pass"))
    assert failed(silent) == {"negative"}
    assert [(d.aspect, d.got, d.expected) for d in differences(silent)] == [
        (Aspect.EXCEPTION, "no exception", "ValueError")
    ]
    other = result(basics, "positive_root", ROOT.format(refuse.format("KeyError")))
    assert other.outcome is Outcome.RAISED


def test_a_scenario_uses_a_student_s_other_names(basics: Lessons) -> None:
    lacking = result(
        basics, "positive_root", ROOT.format("if (x < 0).any(): raise ValueError").replace("halve", "half")
    )
    assert failed(lacking) == {"with halve"}
    assert lacking.verdicts[2].evidence.raised.type == "AttributeError"


def test_predicates_decide_where_no_answer_is_the_right_one(basics: Lessons) -> None:
    dice = "import torch\ndef roll_dice(count):\n    return {}, {}\n"
    fair, words = "torch.randint(1, 7, (count,))", "'all is chance'"
    assert result(basics, "roll_dice", dice.format(fair, words)).outcome is Outcome.PASSED
    loaded = result(basics, "roll_dice", dice.format("torch.randint(0, 6, (count,))", words))
    (complaint,) = differences(loaded)
    assert (complaint.slot, complaint.aspect) == ("throws", Aspect.PREDICATE)
    assert "yours showed [0, 1, 2, 3, 4, 5]" in complaint.got
    silent = result(basics, "roll_dice", dice.format(fair, "'luck'"))
    assert [d.slot for d in differences(silent)] == ["sentence"]


# A script

SCRIPT = "import torch\nsteps = torch.tensor([5.0])\ntotal = {}\nlast = total[-1]\n{}\n"


@pytest.mark.parametrize("total", ["steps.cumsum(0)", "torch.stack([steps[: i + 1].sum() for i in range(len(steps))])"])
def test_a_script_is_run_on_other_inputs(basics: Lessons, total: str) -> None:
    assert result(basics, "running_total", SCRIPT.format(total, "print('total', last)")).outcome is Outcome.PASSED


def test_a_script_with_a_fixed_answer_is_wrong(basics: Lessons) -> None:
    assert result(basics, "running_total", SCRIPT.format("torch.tensor([5.0])", "print(last)")).outcome is Outcome.WRONG


def test_a_script_must_print(basics: Lessons) -> None:
    found = result(basics, "running_total", SCRIPT.format("steps.cumsum(0)", ""))
    assert {d.aspect for d in differences(found)} == {Aspect.PRINTED}


# Modules

ATTENTION = """
import torch
from torch import nn
class self_attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        {made}
    def forward(self, x, scale=1.0):
        q, k, v = {used}
        return torch.softmax(scale * q @ k.transpose(1, 2) / x.shape[-1] ** 0.5, dim=-1) @ v
"""
LAYERS = "self.{0}, self.{1}, self.{2} = (nn.Linear(width, width, bias=False) for _ in range(3))"


@pytest.mark.parametrize(
    ("made", "used"),
    [
        (LAYERS.format("query", "key", "value"), "self.query(x), self.key(x), self.value(x)"),
        (LAYERS.format("value", "key", "query"), "self.query(x), self.key(x), self.value(x)"),
        (LAYERS.format("a", "b", "c"), "self.a(x), self.b(x), self.c(x)"),
        (
            "self.all = nn.ModuleList([nn.Linear(width, width, bias=False) for _ in range(3)])",
            "(layer(x) for layer in self.all)",
        ),
    ],
)
def test_parameters_go_by_name_else_by_shape_and_order(basics: Lessons, made: str, used: str) -> None:
    found = result(basics, "self_attention", ATTENTION.format(made=made, used=used))
    assert differences(found) == []
    assert found.points == found.max_points


def test_other_names_in_another_order_are_wrong(basics: Lessons) -> None:
    made, used = LAYERS.format("a", "b", "c"), "self.c(x), self.b(x), self.a(x)"
    assert result(basics, "self_attention", ATTENTION.format(made=made, used=used)).outcome is Outcome.WRONG


def test_parameters_that_do_not_fit_are_told(basics: Lessons) -> None:
    made = "self.a, self.b, self.c = (nn.Linear(width, width) for _ in range(3))"
    found = result(basics, "self_attention", ATTENTION.format(made=made, used="self.a(x), self.b(x), self.c(x)"))
    assert found.outcome is Outcome.RAISED
    assert "the module has parameters that are not asked for: `a.bias`" in found.verdicts[0].evidence.raised.message


def test_a_parameter_s_gradient_is_compared(basics: Lessons) -> None:
    made, used = (
        LAYERS.format("query", "key", "value"),
        "self.query(x), nn.functional.linear(x, self.key.weight.detach()), self.value(x)",
    )
    found = result(basics, "self_attention", ATTENTION.format(made=made, used=used))
    assert "gradient of key.weight" in {difference.slot for difference in differences(found)}


def test_a_misconception_is_a_class_too(basics: Lessons) -> None:
    made, used = LAYERS.format("query", "key", "value"), "self.query(x), self.key(x), self.value(x)"
    report: Report = basics.grade(ATTENTION.format(made=made, used=used).replace("dim=-1", "dim=1"), "self_attention")
    assert report.results[0].lead.rule == "misconception.softmax_over_queries"
    assert "misconception.softmax_over_queries" in {text.id for text in report.texts}


NORM = """
import torch
from torch import nn
class scaled_norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3{options})
        self.scale = nn.Parameter(torch.ones(3))
    def forward(self, x):
        return {returned}
"""


def test_buffers_are_compared_after_the_call(basics: Lessons) -> None:
    right = NORM.format(options="", returned="self.norm(x) * self.scale")
    assert result(basics, "scaled_norm", right).outcome is Outcome.PASSED
    fast = result(basics, "scaled_norm", NORM.format(options=", momentum=0.5", returned="self.norm(x) * self.scale"))
    assert {d.slot for d in differences(fast)} == {"buffer norm.running_mean", "buffer norm.running_var"}
    assert "evaluating" not in failed(fast)


def test_eval_mode_is_set(basics: Lessons) -> None:
    always = NORM.format(
        options="",
        returned="nn.functional.batch_norm(x, None, None, self.norm.weight, self.norm.bias, True) * self.scale",
    )
    assert "evaluating" in failed(result(basics, "scaled_norm", always))


def test_what_is_no_module_is_told(basics: Lessons) -> None:
    found = result(basics, "scaled_norm", "def scaled_norm():\n    return 3\n")
    assert found.outcome is Outcome.RAISED
    assert "must be a torch.nn.Module" in found.verdicts[0].evidence.raised.message


# What counts as begun


@pytest.mark.parametrize(
    "replaced",
    [
        'globals()["divergence"] = other',
        'vars()["divergence"] = other',
        "divergence.__code__ = other.__code__",
    ],
)
def test_an_answer_put_in_the_place_of_an_untouched_starter_is_graded(basics: Lessons, replaced: str) -> None:
    head = f"import torch\nfrom torch import Tensor\n{basics.exercise('divergence').starter}\n"
    other = "def other(p, q):\n    p = p.detach()\n    return (torch.special.xlogy(p, p) - p * q).sum(-1)\n"
    found = result(basics, "divergence", f"{head}{other}{replaced}\n")
    assert (found.outcome, found.points) == (Outcome.PASSED, found.max_points)
    idle = result(basics, "divergence", f"{head}{other}text = {replaced!r}\n")
    assert (idle.outcome, idle.points) == (Outcome.NOT_ATTEMPTED, 0)


def test_a_line_of_ones_own_that_is_not_written_is_told_as_such(basics: Lessons) -> None:
    source = "def divergence(p, q):\n    return later(p)\n\ndef later(p):\n    raise NotImplementedError\n"
    found = result(basics, "divergence", source)
    assert found.outcome is Outcome.RAISED
    assert found.lead is not None
    assert found.lead.rule == "run.not-written"
    assert "line 5 in `later`" in str(dict(found.lead.facts)["what"])
