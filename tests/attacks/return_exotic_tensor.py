# attack: returns tensors without ordinary values | must: wrong|raised|crashed|not_attempted
import torch

COUNT = [0]


def mse_loss(pred, target):
    COUNT[0] += 1
    kinds = [
        lambda: pred.to_sparse(),
        lambda: torch.quantize_per_tensor(pred.detach(), 0.1, 0, torch.qint8),
        lambda: torch.zeros(2, dtype=torch.complex64).conj(),
        lambda: torch.nested.nested_tensor([pred.detach(), pred.detach()]),
    ]
    return kinds[COUNT[0] % 4]()
