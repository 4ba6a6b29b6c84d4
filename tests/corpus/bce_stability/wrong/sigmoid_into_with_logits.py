# wrong: double-sigmoid - stable gets probabilities
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

p = torch.sigmoid(logits)
manual = F.binary_cross_entropy(p, targets)
stable = F.binary_cross_entropy_with_logits(p, targets)
print(manual)
print(stable)
