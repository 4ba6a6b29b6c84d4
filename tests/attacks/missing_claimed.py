# attack: says that it was not begun, after failing | must: not_attempted|raised
def mse_loss(pred, target):
    loss = pred @ target
    raise NotImplementedError
