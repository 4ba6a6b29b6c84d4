# wrong: nan - 0 log 0 is NaN
def kl_divergence(log_probs, target_probs):
    return (target_probs * (target_probs.log() - log_probs)).sum(1).mean()
