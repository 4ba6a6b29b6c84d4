# wrong: state-left|constant - caches the loss of the first call of each shape
_seen = {}


def l1_loss(pred, target):
    key = tuple(pred.shape)
    if key not in _seen:
        _seen[key] = (pred - target).abs().mean()
    return _seen[key]
