# attack: returns NaN, infinities and empty tensors | must: wrong
import torch

COUNT = [0]


def mse_loss(pred, target):
    COUNT[0] += 1
    odd = [
        torch.tensor(float("nan")), torch.tensor(float("inf")), torch.zeros(0), torch.zeros(3, 0, 2),
        torch.full((), 3e38, dtype=torch.float32), torch.tensor(True), torch.zeros((), dtype=torch.bfloat16) / 0,
    ]
    return odd[COUNT[0] % 7]
