# wrong: gradient-detached - casts to int
def l1_loss(pred, target):
    return (pred - target).abs().long().float().mean()
