# wrong: wrong-count - divides by the batch size
def l1_loss(pred, target):
    return (pred - target).abs().sum() / pred.size(0)
