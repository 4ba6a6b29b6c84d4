# attack: nothing: it is the right answer, by which the harness is known to tell | must: passed
def mse_loss(pred, target):
    return ((pred - target) ** 2).mean()
