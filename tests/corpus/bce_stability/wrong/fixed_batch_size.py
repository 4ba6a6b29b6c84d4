# wrong: hard-coded|wrong-count - divides by the 4 of the example
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0, 0.5, -2.5])
targets = torch.tensor([1.0, 0.0, 0.0, 1.0])

p = torch.sigmoid(logits)
manual = -(targets * p.log() + (1 - targets) * (1 - p).log()).sum() / 4
stable = (F.softplus(logits) - targets * logits).sum() / 4
print(manual, stable)
