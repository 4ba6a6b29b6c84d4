# wrong: some-rows|wrong-count - loops over classes instead of rows
def nll_loss(log_probs, targets):
    total = 0.0
    for i in range(min(log_probs.shape)):
        total = total - log_probs[i, targets[i]]
    return total / min(log_probs.shape)
