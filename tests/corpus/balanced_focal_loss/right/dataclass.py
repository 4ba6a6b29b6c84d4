# right: frozen callable dataclass
import torch
import torch.nn.functional as F


from dataclasses import dataclass
@dataclass(frozen=True)
class Focal:
    base: float = 1.0
    def __call__(self, logits, targets, alpha=0.25, gamma=2.0):
        p = torch.sigmoid(logits)
        pt = p * targets + (1 - p) * (1 - targets)
        logpt = F.logsigmoid(logits) * targets + F.logsigmoid(-logits) * (1 - targets)
        at = alpha * targets + (1 - alpha) * (1 - targets)
        return -(at * (1 - pt) ** gamma * logpt).mean() * self.base
balanced_focal_loss = Focal()
