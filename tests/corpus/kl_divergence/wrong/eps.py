# wrong: lost-digits|other - log(p + eps)
def kl_divergence(log_probs, target_probs):
    return (target_probs * ((target_probs + 1e-4).log() - log_probs)).sum(1).mean()
