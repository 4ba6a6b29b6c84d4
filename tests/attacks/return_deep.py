# attack: returns a list nested a hundred thousand times | must: wrong
def mse_loss(pred, target):
    nested = pred
    for _ in range(100_000):
        nested = [nested]
    return nested
