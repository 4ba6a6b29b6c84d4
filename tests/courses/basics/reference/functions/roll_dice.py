import torch


def roll_dice(count: int) -> tuple[torch.Tensor, str]:
    return torch.randint(1, 7, (count,)), "Chance has no memory."
