# right: a loop over rows with running logaddexp
import torch


def cross_entropy(logits, targets):
    losses = []
    for row, t in zip(logits, targets.tolist()):
        z = row[0]
        for value in row[1:]:
            z = torch.logaddexp(z, value)
        losses.append(z - row[t])
    return torch.stack(losses).mean()
