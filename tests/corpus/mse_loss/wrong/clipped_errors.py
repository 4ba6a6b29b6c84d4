# wrong: other|gradient-zero - clips large errors to 10
def mse_loss(pred, target):
    error = (pred - target).clamp(-10, 10)
    return (error**2).mean()
