"""Slips: a reference's mutants with words, and which of those that are alike is told."""

from __future__ import annotations

import ast
from typing import Any

import msgspec
import numpy as np
import pytest

from grader.model import Kind
from grader.mutants.slips import MOST, Slip, again, pairs, slips, told
from tests.builders import exercise, param

MADE = exercise(
    id="f",
    params=(param("x"), param("y"), param("eps", Kind.SCALAR, axes=(), default=1e-6, required=False)),
    starter="def f(x, y, eps=1e-6): ...\n",
)


def words(body: str, signature: str = "x, y, eps=1e-6") -> dict[str, str]:
    """Return what is told of each slip of a function, by its last line."""
    source = f"import torch\n\ndef f({signature}):\n    {body}\n"
    return {each.source.splitlines()[-1].strip(): f"{each.slip.rule} {each.slip.told}" for each in slips(MADE, source)}


@pytest.mark.parametrize(
    ("body", "slip", "said"),
    [
        ("return x / y", "return x", "slip.left-out without the division by `y`"),
        ("return x - y", "return x + y", "slip.operator with `+` where `-` belongs, before `y`"),
        ("return x / (y + eps)", "return x / y", "slip.guard without `eps`, which guards against a division by 0"),
        ("return x.softmax(-1)", "return x.softmax(0)", "slip.axis with the `softmax` along the axis 0, where another belongs"),
        ("return x.mean(dim=1)", "return x.mean()", "slip.axis with the `mean` over everything, where it belongs along one axis"),
        ("return x.mean(dim=1)", "return x.sum(dim=1)", "slip.function with `sum` where `mean` belongs"),
        ("return x.sqrt()", "return x", "slip.left-out without the `sqrt` of `x`"),
        ("return (x * y.detach()).sum()", "return (x * y).sum()", "slip.detach if a gradient flowed through `y`: without the `detach`"),
        ("return x.clamp(min=0).mean()", "return x.mean()", "slip.guard without the `clamp`"),
        ("return torch.sqrt(x + eps)", "return torch.sqrt(x) + eps", "slip.order if `eps` stood outside the `sqrt`, where it belongs inside"),
        ("return x ** 2 + y", "return x ** 3 + y", "slip.number with the exponent 3"),
        ("return x @ y", "return x.mT @ y", "slip.exchanged if `x` were transposed in a matrix product"),
        ("return y / (1 - x ** eps)", "return y", "slip.left-out without the division by what is computed from `x` and `eps`"),
        ("return eps * x + (1 - eps) * y", "return (1 - eps) * x + (1 - (1 - eps)) * y", "slip.exchanged with `eps` where 1 minus it belongs, and the other way round"),
        ("return x.masked_fill(y > 0, -1e9).softmax(-1)", "return x.softmax(-1).masked_fill(y > 0, 0)", "slip.order with the mask after the `softmax`, where it belongs before"),
        ("return x.var(dim=0, unbiased=False)", "return x.var(dim=0, unbiased=True)", "slip.option with `unbiased=True`"),
        ("return torch.softmax(x, dim=1)", "return x.flatten().softmax(0).view_as(x)", "slip.axis with the `softmax` over everything, where it belongs along one axis"),
        ("return x.masked_fill(y > 0, -9.0)", "return x.masked_fill((y > 0).mT, -9.0)", "slip.guard with the mask the wrong way round: it hides what should be seen, and shows what it should hide"),
        ("return eps * x * x", "return eps * x.abs()", "slip.function with the absolute value where the square of `x` belongs"),
        ("return y * y", "return y.abs()", "slip.function with the absolute value where the square of `y` belongs"),
        ("return x.sin() + y.cos()", "return x.cos() + y.sin()", "slip.exchanged with `cos` and `sin` exchanged"),
        ("return 0.25 * x + 0.75 * y", "return 0.75 * x + 0.25 * y", "slip.exchanged with 0.25 and 0.75 exchanged"),
        ("return x[:, 0::2] * y[:, 1::2]", "return x[:, :(x.shape[1] + 1) // 2] * y[:, (y.shape[1] + 1) // 2:]", "slip.order with the first and the second half of `x`, where every other one belongs"),
        ("return x.scatter(1, y, x.softmax(1))", "return x.scatter(1, y, x).softmax(1)", "slip.order with the `softmax` after the `scatter`, of what is filled in too, where it belongs before"),
        ("return x.scatter(1, y, eps * x)", "return eps * x", "slip.left-out without the `scatter` that puts each number back in its place"),
        ("return x.scatter(1, y, x)", "return x.gather(1, y)", "slip.exchanged with `gather`, which reads from places, where `scatter` writes to them"),
        ("return torch.where(x < y, x, y)", "return torch.where((x < y).all(), x, y)", "slip.guard with one decision for all elements, where each has its own"),
        ("return x.norm()", "return x.norm(dim=-1, keepdim=True)", "slip.axis with the `norm` along the last axis only, where it belongs over everything"),
        ("return (x * y) @ x", "return x * (y @ x)", "slip.order with a factor after a matrix product, where it belongs before"),
        ("return x * (y @ x)", "return x * y @ x", "slip.order with a factor before a matrix product, where it belongs after"),
        ("return x.sum() / y.sum()", "return (x / y).mean()", "slip.order with a mean of ratios, where the ratio of two sums belongs"),
        ("return x.clamp(min=0).mean()", "return x.logaddexp(x * 0).mean()", "slip.function with a smooth `softplus`, where the larger of 0 and a number belongs"),
        ("return torch.relu(x)", "return x.logaddexp(x * 0)", "slip.function with a smooth `softplus`, where the larger of 0 and a number belongs"),
        ("return y / x.clamp(min=eps)", "return y / (x + eps)", "slip.function with a lower bound added, where it belongs in the place of what is smaller"),
        ("return torch.clamp_min(x, eps)", "return x + eps", "slip.function with a lower bound added, where it belongs in the place of what is smaller"),
        ("return (x * y).mean()", "return x.mean() * y.mean()", "slip.order with the product of two means, where the mean of the product belongs"),
        ("return (x / y).mean()", "return x.mean() / y.mean()", "slip.order with the ratio of two means, where the mean of the ratios belongs"),
        ("return x.mean(0) * y.mean(0)", "return (x * y).mean(0)", "slip.order with the mean of a product, where the product of two means belongs"),
        ("return x * (1 - y) ** eps", "return x ** eps * (1 - y) ** eps", "slip.order with `x` inside a power, where it belongs outside"),
        ("return -(x * y.exp()) * (1 - y) ** eps", "return -(x ** eps * y.exp()) * (1 - y) ** eps", "slip.order with `x` inside a power, where it belongs outside"),
        ("return y.log() * x.pow(2)", "return -(-y.log()) ** 2 * x.pow(2)", "slip.order with what is computed from `y` inside a power, where it belongs outside"),
        ("return x * torch.exp(eps * y.log())", "return x ** eps * torch.exp(eps * y.log())", "slip.order with `x` inside a power, where it belongs outside"),
        ("return x.softmax(dim=1).mean(dim=0)", "return x.mean(dim=0).softmax(dim=0)", "slip.order with the `softmax` after the `mean`, where it belongs before"),
        ("return torch.softmax(x, 1).mean(0)", "return torch.softmax(x.mean(0), 0)", "slip.order with the `softmax` after the `mean`, where it belongs before"),
        ("return x.softmax(-2).mean(-1)", "return x.mean(-1).softmax(-1)", "slip.order with the `softmax` after the `mean`, where it belongs before"),
        ("return ((x - y) ** 2).mean()", "return (x ** 2 - y ** 2).mean()", "slip.order with the square of each of two numbers, where that of their difference belongs"),
        ("return torch.abs(x - y)", "return torch.abs(x) - torch.abs(y)", "slip.order with the `abs` of each of two numbers, where that of their difference belongs"),
        ("return x.mean(dim=0)", "return x.sum(dim=0) / (x != 0).sum(dim=0).clamp(1)", "slip.number with the mean over what is not 0 only, where it belongs over all"),
        ("return x.mean()", "return x.sum() / (x.numel() - 1)", "slip.function if a mean divided by n - 1: the unbiased estimate where the biased one belongs"),
        ("return x + eps * y", "return eps * (x + y)", "slip.order with a factor of the whole sum, where it belongs to one part of it"),
        ("return eps * (x + y)", "return x * eps + y", "slip.order with a factor of one part of a sum alone, where it belongs to the whole"),
        ("return x / y.sum()", "return x / (y.sum() + 1)", "slip.number if what is divided by were larger by 1"),
        ("return torch.arange(0, 6, 2) * x", "return torch.arange(0, 6, 2) // 2 * x", "slip.number with numbers 1 apart (0, 1, 2, ...), where those of an `arange` lie further apart"),
        ("return x.sum(dim=1)", "return x.square().sum(dim=1)", "slip.function with the `sum` of squares, where that of the numbers themselves belongs"),
        ("return x.pow(2).mean(1)", "return x.var(1, unbiased=False)", "slip.function with the variance (the mean taken away) where the mean of squares belongs"),
        ("return torch.sqrt(sum(z.sum() for z in x))", "return sum((torch.sqrt(z.sum()) for z in x))", "slip.order with the `sqrt` of each item before they are added, where it belongs after"),
        ("return x / x.norm() * y", "return x * y / (x * y).norm()", "slip.order if `y` were multiplied in at the start, where it belongs at the end"),
        ("return torch.tril(x)", "return torch.tril(x, diagonal=1)", "slip.number with the diagonal of the `tril` off by one"),
    ],
)  # fmt: skip
def test_a_slip_is_told_in_words(body: str, slip: str, said: str) -> None:
    assert words(body)[slip] == said


def test_a_slip_that_is_made_wherever_it_can_be_is_one_slip_too() -> None:
    found = words("return x.norm(dim=1) - y.norm(dim=1)")
    assert found["return x.norm(dim=1, p=1) - y.norm(dim=1, p=1)"].endswith("and the same in the other places like it")


SELECTION = """import torch

def f(x, y, eps=1e-6):
    best, places = x.topk(2, dim=1)
    return torch.softmax(best, 1)
"""


def test_what_is_done_after_a_selection_may_be_done_before_it() -> None:
    found = {each.source.splitlines()[-1].strip(): each.slip.told for each in slips(MADE, SELECTION)}
    assert found["return torch.softmax(x, 1).gather(1, places)"].startswith(
        "with the `softmax` of all numbers, before some are chosen"
    )
    assert "return torch.softmax(best / best.sum(1, keepdim=True), 1)" in found


def test_an_argument_may_be_taken_for_something_else() -> None:
    source = "def f(x, y, eps=1e-6):\n    return x.exp() + y\n"
    found = {each.source.splitlines()[1].strip(): each.slip.told for each in slips(MADE, source)}
    assert found["x = 2 * x"] == "with `x` doubled before anything else"
    assert found["y = 1 - y"] == "with `y` turned round (1 minus it) before anything else"


def test_one_number_may_be_taken_for_another_wherever_it_is_needed() -> None:
    source = "def f(x, y, eps=1e-6, rate=0.5):\n    return eps * x + y ** rate - rate\n"
    known = (*MADE.params, param("rate", Kind.SCALAR, axes=(), default=0.5, required=False))
    found = slips(msgspec.structs.replace(MADE, params=known), source)
    said = {each.slip.told: each.source for each in found if each.slip.rule == "slip.exchanged"}
    assert "rate = eps" in said["with `eps` wherever `rate` belongs"]
    assert "eps = rate" in said["with `rate` wherever `eps` belongs"]


def test_a_mask_may_be_turned_round_before_anything_else() -> None:
    found = slips(MADE, "def f(x, y, eps=1e-6):\n    return x.where(y, eps)\n")
    assert any("y = ~y" in each.source and "turned round (`~`" in each.slip.told for each in found)


def test_each_item_of_a_list_may_be_taken_by_itself() -> None:
    source = "def f(x, eps=1e-6):\n    total = sum(g.sum() for g in x)\n    return [g / total for g in x]\n"
    found = {each.slip.told: each.source for each in slips(MADE, source)}
    namespace: dict[str, Any] = {}
    exec(found["with each item of `x` by itself, where all belong together"], namespace)
    assert [float(each.sum()) for each in namespace["f"]([np.ones(2), np.ones(3)])] == [1.0, 1.0]


def test_a_pair_makes_both_changes_even_if_one_is_inside_the_other() -> None:
    source = "def f(x, y, eps=1e-6):\n    return x.mean() + y\n"
    single = {each.source.splitlines()[-1].strip(): each.slip for each in slips(MADE, source)}
    numbers = [single[line].number for line in ("return x.sum() + y", "return x.mean() - y")]
    (pair,) = pairs(MADE, source, numbers)
    assert pair.source.splitlines()[-1].strip() == "return x.sum() - y"
    assert pair.slip.told == "with `sum` where `mean` belongs, and with `-` where `+` belongs, before `y`"
    assert again(MADE, source, [pair.slip]) == (pair,)


def test_a_slip_may_span_a_name_and_a_helper() -> None:
    named = "def f(x, y, eps=1e-6):\n    a = x.softmax(1)\n    return a.mean(0)\n"
    helped = "def f(x, y, eps=1e-6):\n    return g(x).mean(0)\n\ndef g(z):\n    return z.softmax(1)\n"
    for source in (named, helped):
        (spanning,) = [each for each in slips(MADE, source) if each.slip.spans]
        assert "return x.mean(0).softmax(0)" in spanning.source
        assert spanning.slip.told == "with the `softmax` after the `mean`, where it belongs before"


def test_what_spans_steps_comes_after_all_others_is_found_again_and_is_in_no_pair() -> None:
    source = "def f(x, y, eps=1e-6):\n    a = (1 - x) ** eps\n    b = y * a\n    return b.mean()\n"
    found = slips(MADE, source)
    spanning = [each for each in found if each.slip.spans]
    assert [each.slip.number for each in found] == [*range(len(found))]
    assert len(spanning) > 1
    assert found[-len(spanning) :] == tuple(spanning)
    assert again(MADE, source, [each.slip for each in spanning]) == tuple(spanning)
    assert pairs(MADE, source, [each.slip.number for each in spanning]) == ()


def test_what_spans_steps_is_told_only_where_nothing_simpler_is_alike() -> None:
    spans = msgspec.structs.replace(slip("with two steps", "body.1"), spans=True)
    simple = slip("without `x`", "body.2", order=9)
    assert told([spans, simple]) == simple
    assert told([spans]) == spans


def test_words_name_what_a_student_knows_and_not_what_the_reference_calls_it() -> None:
    source = "import torch\n\ndef f(x, y, eps=1e-6):\n    secret = x.exp()\n    return y / (secret + 7.25)\n"
    assert not [each for each in slips(MADE, source) if "secret" in each.slip.told]


def test_each_slip_is_another_module_than_the_reference_and_the_same_whenever_it_is_asked_for() -> None:
    source = "def f(x, y, eps=1e-6):\n    return (x - y).abs().mean(dim=0) / (y.sum() + eps)\n"
    found = slips(MADE, source)
    assert found == slips(MADE, source)
    assert len({each.source for each in found}) == len(found) > 20
    assert ast.unparse(ast.parse(source)) not in {each.source for each in found}


def test_no_more_slips_are_tried_than_the_bound() -> None:
    lines = "\n".join(f"    x = x * {number}.5 + y.exp() / {number + 1}" for number in range(2, 60))
    assert len(slips(MADE, f"def f(x, y, eps=1e-6):\n{lines}\n    return x\n")) == MOST


def slip(said: str, where: str = "body.0", order: int = 0, rule: str = "slip.left-out") -> Slip:
    return Slip(number=0, rule=rule, told=said, where=where, order=order, depth=1)


def test_a_name_is_the_whole_slip() -> None:
    assert Slip.of(slip("without `x`").name) == slip("without `x`")


def test_of_slips_in_one_statement_the_usual_kind_is_told() -> None:
    found = told([slip("with 1", order=9, rule="slip.number"), slip("without the division", order=0)])
    assert found == slip("without the division")


def test_two_statements_are_told_side_by_side() -> None:
    found = told([slip("with the mask turned", "body.1", order=3), slip("without the `tril`", "body.2")])
    assert found is not None
    assert found.told == "without the `tril`; or, which here comes to the same, with the mask turned"


def test_nothing_is_told_where_too_much_is_alike() -> None:
    assert told([]) is None
    assert told([slip(f"with {number}", f"body.{number}") for number in range(3)]) is None
    assert told([slip(f"with {number}", f"body.{number}", order=number) for number in range(9)]) is None
    usual = told([slip(f"with {number}", f"body.{number}", order=number) for number in range(3)])
    assert usual is not None
    assert usual.told == "with 0"
