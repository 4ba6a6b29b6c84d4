from torch import Tensor


def rough_exp(x: Tensor) -> Tensor:
    return x.exp()
