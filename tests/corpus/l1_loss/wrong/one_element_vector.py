# wrong: shape - result of shape (1,)
def l1_loss(pred, target):
    return (pred - target).abs().mean().reshape(1)
