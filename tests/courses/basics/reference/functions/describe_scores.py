from torch import Tensor


def describe_scores(scores: Tensor, limit: float = 0.0) -> dict:
    values, places = scores.max(dim=1)
    return {
        "best": (values, places),
        "above": [scores > limit],
        "rows": len(scores),
        "mean": float(scores.detach().double().mean()),
    }
