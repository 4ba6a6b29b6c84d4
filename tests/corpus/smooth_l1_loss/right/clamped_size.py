# right: one formula with the error clamped at beta
def smooth_l1_loss(pred, target, beta=1.0):
    size = (pred - target).abs()
    near = size.clamp(max=beta)
    return (near * (size - 0.5 * near) / beta).mean()
