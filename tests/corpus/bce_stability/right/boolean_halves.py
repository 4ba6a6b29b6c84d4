# right: positives and negatives apart
import torch
import torch.nn.functional as F

logits = torch.linspace(-3, 3, 6)
targets = torch.tensor([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])

n = logits.numel()
yes = targets.bool()
probs = torch.sigmoid(logits)
manual = -(probs[yes].log().sum() + (1 - probs[~yes]).log().sum()) / n
stable = (F.softplus(-logits[yes]).sum() + F.softplus(logits[~yes]).sum()) / n
print("manual:", manual, "stable:", stable, sep="\n")
