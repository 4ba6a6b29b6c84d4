# right: min of d and beta
def smooth_l1_loss(pred, target, beta=1.0):
    d = (pred - target).abs()
    m = d.clamp(max=beta)
    return (m * m / (2 * beta) + (d - m)).mean()
