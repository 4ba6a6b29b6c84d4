# wrong: wrong-count - averages over the terms that are not 0
def kl_divergence(log_probs, target_probs):
    there = target_probs > 0
    p = target_probs[there]
    return (p * (p.log() - log_probs[there])).mean()
