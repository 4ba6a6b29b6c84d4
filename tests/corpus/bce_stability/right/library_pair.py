# right: the two library functions
import torch
import torch.nn.functional as F

logits = torch.tensor([30.0, -200.0])
targets = torch.tensor([0.0, 1.0])

manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable = F.binary_cross_entropy_with_logits(logits, targets)

print(manual, stable)
