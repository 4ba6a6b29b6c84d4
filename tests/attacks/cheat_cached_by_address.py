# attack: remembers answers by the address of the input's memory | must: wrong
KNOWN = {}


def mse_loss(pred, target):
    key = pred.data_ptr()
    if key not in KNOWN:
        KNOWN[key] = (((pred - target) ** 2).mean(), pred, target)
    return KNOWN[key][0]
