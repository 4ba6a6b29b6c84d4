# right: builders registered by a decorator, an own ValueError
import torch
import torch.nn.functional as F

REGISTRY = {}


class UnknownTask(ValueError):
    pass


def task(name, reason):
    def add(builder):
        REGISTRY[name] = (builder, reason)
        return builder

    return add


@task("regression", "Large errors are punished more.")
def _regression(**_):
    return torch.nn.MSELoss()


@task("multiclass", "Only one class is true.")
def _multiclass(**_):
    return lambda x, t: (x.logsumexp(1) - x[torch.arange(len(t)), t]).mean()


@task("multilabel", "Many labels can be true.")
def _multilabel(**_):
    return lambda x, t: -F.logsigmoid(torch.where(t == 1, x, -x)).mean()


@task("language_modeling", "Padding teaches nothing to anyone.")
def _language(ignore_index=-100, **_):
    return torch.nn.CrossEntropyLoss(ignore_index=ignore_index)


@task("distillation", "A softened teacher says more.")
def _distillation(T=2.0, **_):
    def loss(s, t):
        p = torch.softmax(t.detach() / T, 1)
        return T**2 * (torch.special.xlogy(p, p) - p * torch.log_softmax(s / T, 1)).sum(1).mean()

    return loss


def choose_loss(task_type, **details):
    if task_type not in REGISTRY:
        raise UnknownTask(task_type)
    builder, reason = REGISTRY[task_type]
    return builder(**details), reason
