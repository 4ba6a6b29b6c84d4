r"""Masked cross entropy.

Sentences differ in length, so a batch of them is padded; nothing should be learned from the padding. A target equal to
`ignore_index` marks a token that does not count: it adds nothing to the sum, nothing to the count, and gets gradient 0.

$$L = \frac{\sum_{i,s} m_{is}\,\bigl[-\log \mathrm{softmax}(x_{is})_{t_{is}}\bigr]}{\sum_{i,s} m_{is}}
\qquad m_{is} = \begin{cases} 0 & \text{if } t_{is} = \text{ignore\_index} \\ 1 & \text{otherwise}\end{cases}$$

$x$ is `logits`, $t$ is `targets`, $i$ runs over the batch and $s$ over the sequence. It is one mean over all the tokens
that count, not a mean of each sentence's mean: a long sentence weighs more than a short one.

- `logits`: floats of shape (batch, seq, classes), the classes last.
- `targets`: int64 of shape (batch, seq): each is from 0 to classes - 1, or equal to `ignore_index`.
- `ignore_index`: any integer, -100 if left out. It may be negative, and it may be the number of a class (then all
  tokens of that class are ignored).
- Returns the mean over the tokens that are not ignored.

Nothing is shifted: `targets[i, s]` is the right class for `logits[i, s]`.

**Graded:** the value and the gradient with respect to `logits`, for few, half and no ignored tokens; for `ignore_index`
of -100, of -1 and of a class; and for logits in the thousands of either sign, where both must be finite and right.

**Not graded:** a batch in which every token is ignored (the mean over nothing has no agreed value); class weights;
label smoothing; other targets outside the range.

**Not allowed:** the answer itself, `torch.nn.functional.cross_entropy`, `torch.nn.CrossEntropyLoss`,
`torch.nn.functional.nll_loss` and `torch.nn.NLLLoss`, which can ignore an index by themselves (or the operators
behind them). Everything else in torch is allowed, unless it calls them for you.

**Always:** the result is a 0-d tensor with the dtype of `logits`; float32, float64 and bfloat16 are tried. Arguments
come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any sizes from 1 up
may come, odd ones too; empty ones are not graded. The same call twice gives the same answer. Nothing global (default
dtype, gradient mode, random generators) is left changed. Speed is not graded.
"""

from typing import Annotated

from torch import Tensor

from grader.spec import Float, Int, below, case, exercise, mixed


@exercise(
    case("a few padded tokens", "the mean is over the tokens that count", batch=4, seq=6, classes=5),
    case("half of it is padding", "dividing by all tokens would halve the loss", seq=9, share={"targets": 0.5}),
    case("no padding", "plain cross entropy over every token", batch=3, seq=5, share={"targets": 0.0}, weight=0.5),
    case("padding marked with -1", "ignore_index is an argument, not a constant", args={"ignore_index": -1}),
    case("padding is a class", "class 0 is then ignored wherever it occurs", seq=8, args={"ignore_index": 0}),
    case(
        "confident logits stay finite",
        "exp(x) overflows, and the log of an underflowed softmax is -inf",
        batch=4,
        seq=6,
        classes=5,
        std={"logits": 1e3},
        criterion="stability",
    ),
    gradients=["logits"],
    forbid=[
        "torch.nn.functional.cross_entropy",
        "torch.nn.CrossEntropyLoss",
        "torch.nn.functional.nll_loss",
        "torch.nn.NLLLoss",
        "torch.ops.aten.cross_entropy_loss",
        "torch.ops.aten.nll_loss",
        "torch.ops.aten.nll_loss_forward",
        "torch.ops.aten.nll_loss_nd",
    ],
    hints=[
        "Which tokens count, and how many are they? Both answers come from one comparison.",
        "An index of -100 cannot be looked up. Choose the tokens that count before you look, or put a harmless index there.",
        "With `keep = targets != ignore_index`, `logits[keep]` has shape (kept, classes) and `targets[keep]` (kept).",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def masked_cross_entropy(
    logits: Float[Tensor, "batch seq classes"],
    targets: Annotated[Int[Tensor, "batch seq"], below("classes"), mixed("ignore_index", share=0.25)],
    ignore_index: int = -100,
) -> Float[Tensor, ""]:
    """Masked cross entropy."""
