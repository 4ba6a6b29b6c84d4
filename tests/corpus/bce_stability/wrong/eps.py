# wrong: lost-digits|offset|other - eps large enough to move the result
import torch
import torch.nn.functional as F


logits = torch.tensor([2.0, -1.0, 0.5, -2.5]); targets = torch.tensor([1.0, 0.0, 0.0, 1.0])
p = torch.sigmoid(logits)
manual = -(targets * torch.log(p + 1e-3) + (1 - targets) * torch.log(1 - p + 1e-3)).mean()
stable = F.binary_cross_entropy_with_logits(logits, targets)
print(manual, stable)
