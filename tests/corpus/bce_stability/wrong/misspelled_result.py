# wrong: missing - the second result has another name
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable_loss = F.binary_cross_entropy_with_logits(logits, targets)
print(manual, stable_loss)
