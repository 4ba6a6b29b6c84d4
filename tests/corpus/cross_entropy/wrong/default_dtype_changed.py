# wrong: state-left - sets the default dtype to float64 and leaves it
import torch


def cross_entropy(logits, targets):
    torch.set_default_dtype(torch.float64)
    logp = torch.log_softmax(logits, dim=1)
    return -logp.gather(1, targets.unsqueeze(1)).mean()
