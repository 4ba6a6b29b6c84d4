# right: row by row, zeros left out
def kl_divergence(log_probs, target_probs):
    total = 0
    for log_q, p in zip(log_probs, target_probs):
        used = p.nonzero()[:, 0]
        total = total + (p[used] * (p[used].log() - log_q[used])).sum()
    return total / log_probs.size(0)
