# wrong: missing|other - prints numbers that no float holds, and one whose last digit is worth more than any loss
import torch
import torch.nn.functional as F

logits = torch.tensor([2.0, -1.0, 0.5])
targets = torch.tensor([1.0, 0.0, 0.0])
manual = F.binary_cross_entropy(torch.sigmoid(logits), targets)
stable = F.binary_cross_entropy_with_logits(logits, targets)
print("1e400 0e999 0.0000e300", "9" * 5000, "1e" + "9" * 5000)
