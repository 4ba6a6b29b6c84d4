# right: compiled by torch.jit.script
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.jit.script
def multilabel_loss(logits: Tensor, targets: Tensor, pos_weight: Optional[Tensor] = None) -> Tensor:
    positive = targets * F.logsigmoid(logits)
    if pos_weight is not None:
        positive = positive * pos_weight
    negative = (1 - targets) * F.logsigmoid(-logits)
    return -(positive + negative).mean()
