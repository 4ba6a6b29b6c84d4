# wrong: squared - squares where the absolute value belongs
def l1_loss(pred, target):
    return ((pred - target) ** 2).mean()
