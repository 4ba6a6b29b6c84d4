# wrong: gradient-detached|gradient-wrong - smoothing term detached
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    lp = torch.log_softmax(logits, 1)
    return (-(1 - eps) * lp.gather(1, targets[:, None]).squeeze(1) - eps * lp.detach().mean(1)).mean()
