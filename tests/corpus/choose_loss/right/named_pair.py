# right: a NamedTuple as the pair
from typing import Callable, NamedTuple

import torch.nn.functional as F


class Choice(NamedTuple):
    loss: Callable
    reason: str


def distil(T):
    def loss(student_logits, teacher_logits):
        soft = F.softmax(teacher_logits / T, dim=-1).detach()
        logs = F.log_softmax(student_logits / T, dim=-1)
        return F.kl_div(logs, soft, reduction="sum") / len(soft) * T**2

    return loss


def choose_loss(task_type, **details):
    choices = {
        "regression": Choice(F.mse_loss, "distances between numbers, squared and averaged"),
        "multiclass": Choice(F.cross_entropy, "one class out of several wins"),
        "multilabel": Choice(F.binary_cross_entropy_with_logits, "labels are independent coin flips"),
        "language_modeling": Choice(
            lambda x, t: F.cross_entropy(x, t, ignore_index=details.get("ignore_index", -100)),
            "classification of the next token without padding",
        ),
        "distillation": Choice(distil(details.get("T", 2.0)), "follow the softened teacher's distribution"),
    }
    if task_type not in choices:
        raise ValueError(f"{task_type} is not one of {sorted(choices)}")
    return choices[task_type]
