# wrong: overflow - log(1 + exp(x)) written out
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable = (torch.log(1 + logits.exp()) - targets * logits).mean()
print("manual:", manual)
print("stable:", stable)
