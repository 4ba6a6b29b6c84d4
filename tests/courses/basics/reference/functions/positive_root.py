from torch import Tensor


def halve(x: Tensor) -> Tensor:
    return x / 2


def positive_root(x: Tensor) -> Tensor:
    if (x < 0).any():
        raise ValueError("a negative number has no root")
    return x.sqrt()
