# wrong: underflow|nan - stable is the manual road again
import torch

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

p = torch.sigmoid(logits)
manual = -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()
stable = -(targets * torch.log(torch.sigmoid(logits)) + (1 - targets) * torch.log(1 - torch.sigmoid(logits))).mean()
print(manual, stable)
