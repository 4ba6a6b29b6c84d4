# wrong: input-overwritten - zeroes the picked entries in place
def nll_loss(log_probs, targets):
    picked = log_probs.gather(1, targets[:, None])
    r = -picked.mean()
    log_probs.data.scatter_(1, targets[:, None], 0.0)
    return r
