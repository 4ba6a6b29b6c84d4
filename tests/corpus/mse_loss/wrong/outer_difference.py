# wrong: broadcast - every prediction is compared with every target
def mse_loss(pred, target):
    diff = pred.unsqueeze(1) - target.unsqueeze(0)
    return (diff**2).mean()
