# wrong: wrong-count - divides by the number of rows only
def mse_loss(pred, target):
    return ((pred - target) ** 2).sum() / len(pred)
