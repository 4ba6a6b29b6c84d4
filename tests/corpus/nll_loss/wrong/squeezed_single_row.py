# wrong: exception - squeeze() takes away the batch axis of a batch of one
def nll_loss(log_probs, targets):
    rows = log_probs.squeeze()
    return -rows.gather(1, targets.unsqueeze(1)).mean()
