# wrong: misconception|permuted - KL(q || p)
import torch


def kl_divergence(log_probs, target_probs):
    q = log_probs.exp()
    log_p = torch.log(target_probs.clamp_min(1e-38))
    return (q * (log_probs - log_p)).sum(1).mean()
