# wrong: double-softmax|gradient-wrong - log_softmax on log-probabilities
import torch


def nll_loss(log_probs, targets):
    logp = torch.log_softmax(log_probs, dim=1)
    return -logp.gather(1, targets.unsqueeze(1)).mean()
