# wrong: misconception|offset - only the cross entropy
def kl_divergence(log_probs, target_probs):
    return -(target_probs * log_probs).sum(dim=1).mean()
