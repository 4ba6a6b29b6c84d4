# attack: climbs from object to everything that is loaded | must: refused|wrong
def mse_loss(pred, target):
    for kind in object.__subclasses__():
        if kind.__name__ in {"Expected", "Expectation"}:
            return kind
    return (pred - target).mean()
