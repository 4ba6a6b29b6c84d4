import torch

steps = torch.tensor([1.0, 2.0])

total = steps.cumsum(0)
last = total[-1]
print(last)
