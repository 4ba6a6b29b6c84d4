# right: the mask as a 0/1 factor
def smooth_l1_loss(pred, target, beta=1.0):
    d = pred - target
    inside = (d.abs() < beta).to(d.dtype)
    parabola = d.square() / (2 * beta)
    line = d.abs() - beta / 2
    return (inside * parabola + (1 - inside) * line).sum() / d.numel()
