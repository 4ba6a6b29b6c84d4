# right: modules and namedtuple
import torch.nn.functional as F
from torch import nn


REASON = "this loss is the one that fits this task"
def kd(T):
    def loss(s, t):
        return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t.detach() / T, -1), reduction="batchmean") * T * T
    return loss
from collections import namedtuple
Pair = namedtuple("Pair", "loss reason")
class KD(nn.Module):
    def __init__(self, T): super().__init__(); self.T = T
    def forward(self, s, t): return kd(self.T)(s, t)
def choose_loss(task_type, **d):
    table = {"regression": nn.MSELoss(), "multiclass": nn.CrossEntropyLoss(), "multilabel": nn.BCEWithLogitsLoss(),
      "language_modeling": nn.CrossEntropyLoss(ignore_index=d.get("ignore_index", -100)), "distillation": KD(d.get("T", 2.0))}
    if task_type not in table: raise ValueError(task_type)
    return Pair(table[task_type], REASON)
