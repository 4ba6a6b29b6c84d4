# wrong: offset - an epsilon large enough to move manual
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

eps = 1e-2
p = torch.sigmoid(logits)
manual = -(targets * (p + eps).log() + (1 - targets) * (1 - p + eps).log()).mean()
stable = F.binary_cross_entropy_with_logits(logits, targets)
print("manual", manual)
print("stable", stable)
