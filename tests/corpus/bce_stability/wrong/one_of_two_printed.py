# wrong: missing|other - both losses are computed, and only `manual` is printed
import torch
import torch.nn.functional as F

logits = torch.tensor([0.3, -1.2, 2.2])
targets = torch.tensor([1.0, 0.0, 1.0])

manual = F.binary_cross_entropy(logits.sigmoid(), targets)
stable = F.binary_cross_entropy_with_logits(logits, targets)
print(f"the loss is {manual:.6f}")
