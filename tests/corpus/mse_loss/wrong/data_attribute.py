# wrong: gradient-detached|gradient-missing - .data cuts the graph
def mse_loss(pred, target):
    error = pred.data - target.data
    return (error**2).mean()
