# attack: remembers answers by shape | must: wrong
KNOWN = {}


def mse_loss(pred, target):
    key = tuple(pred.shape)
    if key not in KNOWN:
        KNOWN[key] = ((pred - target) ** 2).mean()
    return KNOWN[key]
