# wrong: log-base - manual in bits
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

p = torch.sigmoid(logits)
manual = -(targets * torch.log2(p) + (1 - targets) * torch.log2(1 - p)).mean()
stable = F.binary_cross_entropy_with_logits(logits, targets)
print("manual", manual)
print("stable", stable)
