# wrong: misconception|some-rows - the mean error decides for the whole batch
def smooth_l1_loss(pred, target, beta=1.0):
    a = (pred - target).abs()
    if a.mean() < beta:
        return (a**2 / (2 * beta)).mean()
    return (a - beta / 2).mean()
