# wrong: misconception|other - the median error instead of the mean
def l1_loss(pred, target):
    return (pred - target).abs().median()
