# right: works in place, but on its own copy
def mse_loss(pred, target):
    diff = pred.clone()
    diff -= target
    diff.pow_(2)
    return diff.sum().div_(diff.numel())
