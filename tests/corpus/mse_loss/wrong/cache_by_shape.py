# wrong: state-left|hard-coded - remembers the result by shape
_c = {}
def mse_loss(pred, target):
    k = pred.shape
    if k not in _c:
        _c[k] = ((pred - target) ** 2).mean()
    return _c[k]
