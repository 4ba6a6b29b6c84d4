# wrong: underflow|nan - exp, pick, log
import torch


def nll_loss(log_probs, targets):
    p = torch.exp(log_probs)
    return -torch.log(p[torch.arange(len(p)), targets]).mean()
