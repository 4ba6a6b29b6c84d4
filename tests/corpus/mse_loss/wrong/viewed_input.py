# wrong: exception - view fails on non-contiguous arguments
def mse_loss(pred, target):
    p = pred.view(-1)
    t = target.view(-1)
    return ((p - t) ** 2).mean()
