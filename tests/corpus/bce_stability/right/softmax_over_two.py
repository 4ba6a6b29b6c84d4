# right: stable as a two-class cross entropy, logits cleaned first
import torch
import torch.nn.functional as F

logits = torch.tensor([1, -2, 0])
targets = torch.tensor([1, 0, 0])
logits = logits + 0.0
targets = targets.to(logits.dtype)

prob = torch.sigmoid(logits)
manual = torch.mean(-targets * prob.log() - (1 - targets) * torch.log1p(-prob))
scores = torch.stack([torch.zeros_like(logits), logits], dim=1)
stable = F.cross_entropy(scores, targets.long())

print("sigmoid first: " + str(manual))
print("from the logits: " + str(stable))
