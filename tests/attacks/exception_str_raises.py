# attack: an exception whose text cannot be made | must: raised
class Odd(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


def mse_loss(pred, target):
    raise Odd
