# wrong: other|state-left|exception - details of earlier calls remembered in a global
import torch.nn.functional as F
from torch import nn


REASON = "this loss is the one that fits this task"
def kd(T):
    def loss(s, t):
        return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t.detach() / T, -1), reduction="batchmean") * T * T
    return loss
D = {}
def choose_loss(task_type, **d):
    D.update(d)
    table = {"regression": nn.MSELoss(), "multiclass": nn.CrossEntropyLoss(), "multilabel": nn.BCEWithLogitsLoss(),
      "language_modeling": nn.CrossEntropyLoss(ignore_index=D.get("ignore_index", -100)), "distillation": kd(D.get("T", 2.0))}
    if task_type not in table: raise ValueError(task_type)
    return table[task_type], REASON
