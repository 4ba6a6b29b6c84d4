# right: error times its own sign
def l1_loss(pred, target):
    e = pred - target
    return (e * e.sign()).mean()
