# attack: recurses without end | must: raised
def mse_loss(pred, target):
    return mse_loss(pred, target)
