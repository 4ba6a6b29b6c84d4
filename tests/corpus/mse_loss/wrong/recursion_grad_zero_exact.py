# wrong: gradient-zero - right but 0 gradient when loss below 1
def mse_loss(pred, target):
    l = ((pred - target) ** 2).mean()
    return l if l > 0.5 else l.detach() + 0 * pred.sum()
