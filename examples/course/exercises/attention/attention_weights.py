r"""Attention weights.

How much each query looks at each key: the scaled dot products, made into a distribution over the keys,

$$w_{ij} = \operatorname{softmax}_j\left(\frac{q_i \cdot k_j}{\sqrt{d}}\right),$$

where $d$ is the size of a query. Each row of the result sums to 1.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("a batch of sequences", "the formula", batch=2, queries=4, keys=6, dim=8),
    case("wide vectors", "the scale depends on the size of a query", batch=1, queries=3, keys=5, dim=64),
    case("confident scores stay finite", batch=2, std={"query": 100.0}, criterion="stability"),
    case("more keys than queries", "the distribution is over keys", batch=1, queries=2, keys=9, dim=3, hidden=True),
    gradients=["query", "key"],
    points=6,
    without={"empty": "a distribution over no keys has no agreed value"},
    hints=["`query @ key.transpose(-2, -1)` has the shape (batch, queries, keys); the softmax is over its last axis."],
)
def attention_weights(
    query: Float[Tensor, "batch queries dim"], key: Float[Tensor, "batch keys dim"]
) -> Float[Tensor, "batch queries keys"]: ...
