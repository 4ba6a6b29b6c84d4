# wrong: wrong-count|other - means of the two pieces added
def smooth_l1_loss(pred, target, beta=1.0):
    d = (pred - target).abs()
    a, b = d[d < beta], d[d >= beta]
    q = (a * a / (2 * beta)).mean() if len(a) else 0.0
    l = (b - beta / 2).mean() if len(b) else 0.0
    return q + l
