# attack: an exception whose text takes for ever | must: timed_out
class Odd(Exception):
    def __str__(self):
        while True:
            pass


def mse_loss(pred, target):
    raise Odd
