# right: own nn.Module classes without library losses
import torch
from torch import nn


class Squared(nn.Module):
    def forward(self, pred, target):
        return (pred - target).square().mean()


class TokenCE(nn.Module):
    def __init__(self, ignore_index=-100):
        super().__init__()
        self.ignore_index = ignore_index

    def forward(self, logits, targets):
        keep = targets != self.ignore_index
        logp = logits[keep].log_softmax(-1)
        return -logp.gather(1, targets[keep].unsqueeze(1)).mean()


class Binary(nn.Module):
    def forward(self, x, t):
        return (nn.functional.softplus(x) - t * x).mean()


class Distil(nn.Module):
    def __init__(self, T=2.0):
        super().__init__()
        self.T = T

    def forward(self, student, teacher):
        with torch.no_grad():
            log_p = (teacher / self.T).log_softmax(-1)
        log_q = (student / self.T).log_softmax(-1)
        return self.T**2 * (log_p.exp() * (log_p - log_q)).sum(-1).mean()


def choose_loss(task_type, ignore_index=-100, T=2.0, **unused):
    if task_type == "regression":
        return Squared(), "the mean is the best guess under squared error"
    if task_type == "multiclass":
        return TokenCE(ignore_index=-1), "exactly one class can be right"
    if task_type == "multilabel":
        return Binary(), "every label is decided by itself"
    if task_type == "language_modeling":
        return TokenCE(ignore_index), "each token is a class, padding is skipped"
    if task_type == "distillation":
        return Distil(T), "the teacher's soft answers hold more information"
    raise ValueError("I do not know the task " + repr(task_type))
