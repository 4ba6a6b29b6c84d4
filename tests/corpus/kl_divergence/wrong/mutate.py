# wrong: input-overwritten|exception - clamps target_probs in place
def kl_divergence(log_probs, target_probs):
    target_probs.clamp_(min=1e-30)
    return (target_probs * (target_probs.log() - log_probs)).sum(1).mean()
