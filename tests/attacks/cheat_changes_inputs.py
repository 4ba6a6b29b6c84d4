# attack: makes the answer right by changing the inputs | must: wrong|raised
def mse_loss(pred, target):
    target.copy_(pred.detach())
    pred.data.zero_()
    return ((pred - target) ** 2).mean()
