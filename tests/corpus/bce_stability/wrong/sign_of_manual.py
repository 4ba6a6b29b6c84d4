# wrong: sign - manual is the log-likelihood
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

p = torch.sigmoid(logits)
manual = (targets * p.log() + (1 - targets) * (1 - p).log()).mean()
stable = F.binary_cross_entropy_with_logits(logits, targets)
print(manual, stable)
