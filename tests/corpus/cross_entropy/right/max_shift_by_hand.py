# right: subtracts the row's maximum, then exp and log
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=1, keepdim=True)
    log_z = shifted.exp().sum(dim=1).log()
    picked = shifted.gather(1, targets.unsqueeze(1)).squeeze(1)
    return (log_z - picked).mean()
