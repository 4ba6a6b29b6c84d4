# right: both in float64, given back in the dtype of the logits
import torch

logits = torch.tensor([0.25, -1.25, 2.75])
targets = torch.tensor([0.0, 1.0, 1.0])

x, t = logits.double(), targets.double()
p = torch.sigmoid(x)
manual = (-(t * p.log() + (1 - t) * (1 - p).log()).mean()).to(logits.dtype)
stable = torch.logaddexp((1 - 2 * t) * x, torch.zeros_like(x)).mean().to(logits.dtype)
print("%r | %r" % (manual, stable))
