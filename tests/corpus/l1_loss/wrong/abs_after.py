# wrong: other|permuted - absolute value after the mean
def l1_loss(pred, target):
    return (pred - target).mean().abs()
