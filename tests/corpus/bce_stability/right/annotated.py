# right: annotated assignment and walrus
import torch
import torch.nn.functional as F


logits: torch.Tensor = torch.tensor([2.0, -1.0])
targets: torch.Tensor = torch.tensor([1.0, 0.0])
print(manual := F.binary_cross_entropy(torch.sigmoid(logits), targets))
print(stable := F.binary_cross_entropy_with_logits(logits, targets))
