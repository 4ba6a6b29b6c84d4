# wrong: hard-coded|constant - computes from x and y, not from logits and targets
import torch
import torch.nn.functional as F

x = torch.tensor([2.0, -1.0, 0.5, -2.5])
y = torch.tensor([1.0, 0.0, 0.0, 1.0])

manual = F.binary_cross_entropy(torch.sigmoid(x), y)
stable = F.binary_cross_entropy_with_logits(x, y)
print("manual:", manual)
print("stable:", stable)
