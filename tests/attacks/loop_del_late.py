# attack: a destructor that would run when the interpreter ends | must: wrong
class Sticky:
    def __del__(self):
        while True:
            pass


KEPT = Sticky()


def mse_loss(pred, target):
    return (pred - target).mean()
