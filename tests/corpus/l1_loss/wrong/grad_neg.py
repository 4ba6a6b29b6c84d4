# wrong: gradient-sign - gradient of the wrong sign
def l1_loss(pred, target):
    d = (pred - target).abs()
    return (2 * d.detach() - d).mean()
