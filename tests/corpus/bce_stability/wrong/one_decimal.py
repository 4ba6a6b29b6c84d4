# wrong: lost-digits|other - prints a single decimal of each
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0])
targets = torch.tensor([1.0, 0.0])

manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable = F.binary_cross_entropy_with_logits(logits, targets)
print(f"manual: {manual:.1f}, stable: {stable:.1f}")
