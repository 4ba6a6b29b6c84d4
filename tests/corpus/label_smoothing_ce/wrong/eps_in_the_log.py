# wrong: misconception|offset - eps is taken for the usual guard of the log
import torch


def label_smoothing_ce(logits, targets, eps=0.1):
    p = torch.softmax(logits, dim=1).gather(1, targets[:, None])
    return -torch.log(p + eps).mean()
