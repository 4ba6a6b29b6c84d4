# wrong: input-overwritten - teacher divided in place
import torch
import torch.nn.functional as F
from torch import nn


REASON = "this loss is the one that fits this task"
def kd(T):
    def loss(s, t):
        return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t.detach() / T, -1), reduction="batchmean") * T * T
    return loss
def choose_loss(task_type, **d):
    T = d.get("T", 2.0)
    def loss(s, t):
        with torch.no_grad(): t.div_(T)
        return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t.detach(), -1), reduction="batchmean") * T * T
    table = {"regression": nn.MSELoss(), "multiclass": nn.CrossEntropyLoss(), "multilabel": nn.BCEWithLogitsLoss(),
      "language_modeling": nn.CrossEntropyLoss(ignore_index=d.get("ignore_index", -100)), "distillation": loss}
    if task_type not in table: raise ValueError(task_type)
    return table[task_type], REASON
