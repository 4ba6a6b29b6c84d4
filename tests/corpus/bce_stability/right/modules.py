# right: nn modules, line by line
import torch
from torch import nn

logits = torch.randn(8)
targets = (torch.rand(8) > 0.5).float()

manual = nn.BCELoss()(nn.Sigmoid()(logits), targets)
stable = nn.BCEWithLogitsLoss()(logits, targets)
print({"manual": manual, "stable": stable})
print("same?", torch.allclose(manual, stable, atol=1e-4))
