# wrong: gradient-detached|gradient-wrong - no gradient through the logsumexp
import torch


def cross_entropy(logits, targets):
    with torch.no_grad():
        log_z = torch.logsumexp(logits, dim=1)
    return (log_z - logits.gather(1, targets[:, None]).squeeze(1)).mean()
