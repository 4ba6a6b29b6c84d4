# wrong: gradient-scaled|gradient-detached - one factor of the square is detached
def mse_loss(pred, target):
    error = pred - target
    return (error * error.detach()).mean()
