# right: torch.jit.script
import torch


@torch.jit.script
def focal_loss(logits: torch.Tensor, targets: torch.Tensor, alpha: float = 0.25, gamma: float = 2.0) -> torch.Tensor:
    z = (2 * targets - 1) * logits
    return -(alpha * torch.sigmoid(-z).pow(gamma) * torch.nn.functional.logsigmoid(z)).mean()
