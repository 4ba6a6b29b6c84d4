# wrong: sum-for-mean - adds instead of averaging
def l1_loss(pred, target):
    return (pred - target).abs().sum()
