# attack: a destructor that never ends, on an object that the call leaves behind | must: timed_out
class Sticky:
    def __del__(self):
        while True:
            pass


def mse_loss(pred, target):
    Sticky()
    return ((pred - target) ** 2).mean()
