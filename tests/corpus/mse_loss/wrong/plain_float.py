# wrong: python-number|gradient-missing - item() turns the loss into a Python float
def mse_loss(pred, target):
    loss = ((pred - target) ** 2).mean()
    return loss.item()
