# right: double loop over batch and sequence
import torch
import torch.nn.functional as F


def masked_cross_entropy(logits, targets, ignore_index: int = -100):
    losses = []
    for i in range(targets.size(0)):
        for s in range(targets.size(1)):
            k = int(targets[i, s])
            if k == ignore_index:
                continue
            losses.append(-F.log_softmax(logits[i, s], dim=0)[k])
    return torch.stack(losses).mean()
