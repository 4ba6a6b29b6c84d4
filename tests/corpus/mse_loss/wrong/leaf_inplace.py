# wrong: state-left - requires_grad_ on the arguments
def mse_loss(pred, target):
    target.requires_grad_()
    return ((pred - target) ** 2).mean()
