# wrong: misconception|sign - signed errors are averaged
def l1_loss(pred, target):
    return (pred - target).mean()
