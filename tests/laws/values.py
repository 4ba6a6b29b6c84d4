"""Strategies for the values that a worker may claim: honest ones, and any that the types allow."""

from __future__ import annotations

import math
from collections.abc import Sequence as Many

from hypothesis import strategies as st

from grader.model import (
    ITEM_BYTES,
    Array,
    Claims,
    Gradient,
    Mapping,
    Node,
    Nothing,
    Number,
    Observation,
    Opaque,
    Raised,
    Sequence,
    Tensor,
    Text,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@st.composite
def arrays(draw: st.DrawFn, dtypes: Many[str] = tuple(ITEM_BYTES)) -> Array:
    dtype = draw(st.sampled_from(dtypes))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    count = math.prod(shape)
    if dtype == "bool":
        return Array(dtype, shape, bytes(draw(st.lists(st.booleans(), min_size=count, max_size=count))))
    size = count * ITEM_BYTES[dtype]
    return Array(dtype, shape, draw(st.binary(min_size=size, max_size=size)))


def tensors() -> st.SearchStrategy[Tensor]:
    devices = st.sampled_from(["cpu", "meta"])
    return st.builds(Tensor, array=arrays(), requires_grad=st.booleans(), device=devices, shares=st.tuples())


def numbers(honest: bool) -> st.SearchStrategy[Number]:
    floats = st.builds(Number, type=st.just("float"), text=st.floats().map(repr))
    texts = st.one_of(st.integers().map(str), words)
    kinds = ["bool", "int", "complex"] if honest else ["bool", "int", "complex", "float"]
    return floats | st.builds(Number, type=st.sampled_from(kinds), text=texts)


def nodes(*, honest: bool = False) -> st.SearchStrategy[Node]:
    """Return any value; an honest one's floats are numbers."""
    leaves = st.one_of(
        tensors(), numbers(honest), st.builds(Text, text=words), st.just(Nothing()), st.builds(Opaque, type=words)
    )

    def inside(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        items = st.lists(children, max_size=3).map(tuple)
        pairs = st.dictionaries(words, children, max_size=3).map(lambda found: tuple(found.items()))
        sequences = st.builds(Sequence, type=st.sampled_from(["tuple", "list"]), items=items)
        return st.one_of(sequences, st.builds(Mapping, type=st.just("dict"), items=pairs))

    return st.recursive(leaves, inside, max_leaves=5)


def gradients() -> st.SearchStrategy[tuple[Gradient, ...]]:
    one = st.builds(Gradient, slot=st.sampled_from(["x", "y"]), array=st.none() | arrays(["float32", "float64"]))
    return st.lists(one, max_size=2, unique_by=lambda gradient: gradient.slot).map(tuple)


def observations() -> st.SearchStrategy[Observation]:
    raised = st.none() | st.builds(Raised, type=st.sampled_from(["ValueError", "NotImplementedError"]), message=words)
    claims = st.builds(
        Claims,
        modified=st.lists(words, max_size=2).map(tuple),
        repeatable=st.booleans(),
        used=st.lists(words, max_size=2).map(tuple),
    )
    return st.builds(
        Observation,
        missing=st.booleans(),
        values=st.lists(nodes(), max_size=2).map(tuple),
        gradients=st.lists(gradients(), max_size=2).map(tuple),
        buffers=st.lists(st.tuples(words, arrays()), max_size=2).map(tuple),
        backward=raised,
        raised=raised,
        printed=words,
        claims=claims,
    )
