# wrong: gradient-detached|gradient-wrong - log-sum-exp detached
import torch


def cross_entropy(logits, targets):
    lse = torch.logsumexp(logits, 1).detach()
    return (lse - logits[torch.arange(len(targets)), targets]).mean()
