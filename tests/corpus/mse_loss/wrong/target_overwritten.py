# wrong: input-overwritten - writes the error into target
def mse_loss(pred, target):
    error = target.sub_(pred)
    return (error**2).mean()
