# right: masked select
def kl_divergence(log_probs, target_probs):
    on = target_probs > 0
    p, lq = target_probs[on], log_probs[on]
    return (p * (p.log() - lq)).sum() / len(log_probs)
