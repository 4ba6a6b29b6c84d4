# wrong: misconception|other - averages first, so that errors cancel
def l1_loss(pred, target):
    return (pred - target).mean().abs()
