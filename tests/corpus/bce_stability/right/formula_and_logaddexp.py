# right: the formula as written, and logaddexp
import torch

logits, targets = torch.tensor([1.5, -0.5, 2.0]), torch.tensor([1.0, 1.0, 0.0])
x, t = logits, targets

p = torch.sigmoid(x)
manual = -(t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()
stable = (torch.logaddexp(torch.zeros_like(x), x) - t * x).mean()

print(f"manual = {manual:.12f}")
print(f"stable = {stable:.12f}")
