# right: plain loop, printed as Python numbers
import torch

logits = torch.tensor([0.3, -0.7])
targets = torch.tensor([1.0, 0.0])

manual = logits.new_zeros(())
stable = logits.new_zeros(())
for x, t in zip(logits, targets):
    p = torch.sigmoid(x)
    manual = manual - (t * p.log() + (1 - t) * (1 - p).log())
    stable = stable + torch.clamp(x, min=0) - x * t + torch.log1p(torch.exp(-x.abs()))
manual = manual / len(logits)
stable = stable / len(logits)
print(manual.item(), stable.item())
