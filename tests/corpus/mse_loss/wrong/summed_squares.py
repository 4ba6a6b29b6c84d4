# wrong: sum-for-mean|factor - adds the squares up
def mse_loss(pred, target):
    return ((pred - target) ** 2).sum()
