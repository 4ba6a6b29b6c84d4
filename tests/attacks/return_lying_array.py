# attack: returns an object with lying __array__, __reduce__, __float__ and __torch_function__ | must: wrong|raised|crashed
import os


class Liar:
    def __array__(self, *a, **k):
        raise SystemExit

    def __reduce__(self):
        return os.system, ("touch /tmp/grader-attack",)

    def __float__(self):
        return 0.0

    def __repr__(self):
        raise SystemExit

    def __eq__(self, other):
        return True

    @classmethod
    def __torch_function__(cls, *a, **k):
        return True


def mse_loss(pred, target):
    return Liar()
