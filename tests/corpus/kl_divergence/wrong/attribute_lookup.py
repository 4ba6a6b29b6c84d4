# wrong: forbidden - kl_div fetched by its name
from importlib import import_module


def kl_divergence(log_probs, target_probs):
    f = vars(import_module("torch.nn.functional"))["_".join(["kl", "div"])]
    return f(log_probs, target_probs, reduction="batchmean")
