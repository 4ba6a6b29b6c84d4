# wrong: missing-sigmoid - takes the logits for log-probabilities
def bce_with_logits(logits, targets):
    return -(targets * logits + (1 - targets) * -logits).mean()
