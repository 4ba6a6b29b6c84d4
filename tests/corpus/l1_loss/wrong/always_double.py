# wrong: dtype - returns float64 for every input
def l1_loss(pred, target):
    return (pred.double() - target.double()).abs().mean()
