# right: plain Python loop over the rows
def mse_loss(pred, target):
    total = 0
    for p, t in zip(pred, target):
        total = total + ((p - t) ** 2).sum()
    return total / (pred.shape[0] * pred.shape[1])
