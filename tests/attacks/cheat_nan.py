# attack: returns NaN, which equals nothing and differs from nothing | must: wrong
def mse_loss(pred, target):
    return ((pred - target) ** 2).mean() * float("nan")
