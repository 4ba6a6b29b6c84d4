# right: functools.partial
import functools
def power(pred, target, p):
    return ((pred - target).abs() ** p).mean()
mse_loss = functools.partial(power, p=2)
