"""Attention weights: the answer, and what goes wrong."""

from torch import Tensor

from grader.spec import misconception


def attention_weights(query: Tensor, key: Tensor) -> Tensor:
    scale = query.shape[-1] ** -0.5
    return (query * scale @ key.transpose(-2, -1)).softmax(dim=-1)


@misconception
def without_the_scale(query: Tensor, key: Tensor) -> Tensor:
    """You left the scale out. Dot products of long vectors are large, and a softmax of large numbers sees one key alone.

    Divide the scores by the square root of the size of a query, `query.shape[-1] ** 0.5`.
    """
    return (query @ key.transpose(-2, -1)).softmax(dim=-1)


@misconception
def over_the_queries(query: Tensor, key: Tensor) -> Tensor:
    """Your softmax runs over the queries: each column sums to 1, and each row should.

    A query distributes its attention over the keys, the last axis: `softmax(dim=-1)`.
    """
    scale = query.shape[-1] ** -0.5
    return (query * scale @ key.transpose(-2, -1)).softmax(dim=-2)
