# right: var plus squared mean, biased
def mse_loss(pred, target):
    d = pred - target
    return d.var(unbiased=False) + d.mean() ** 2
