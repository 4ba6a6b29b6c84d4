# right: tuple assignment of inputs and outputs
import torch
import torch.nn.functional as F


logits, targets = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])
manual, stable = F.binary_cross_entropy(logits.sigmoid(), targets), F.binary_cross_entropy_with_logits(logits, targets)
print("manual:", manual, "stable:", stable)
