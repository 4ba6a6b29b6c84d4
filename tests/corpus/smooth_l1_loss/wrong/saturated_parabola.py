# wrong: misconception|gradient-zero - clamps the error and forgets the line
def smooth_l1_loss(pred, target, beta=1.0):
    d = (pred - target).clamp(-beta, beta)
    return (d**2 / (2 * beta)).mean()
