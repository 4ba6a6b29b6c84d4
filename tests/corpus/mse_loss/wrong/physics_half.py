# wrong: factor - has the factor 1/2 of the textbooks
def mse_loss(pred, target):
    return 0.5 * (pred - target).pow(2).mean()
