# right: dot product of the flattened error
def mse_loss(pred, target):
    e = (pred - target).reshape(-1)
    return e.dot(e) / len(e)
