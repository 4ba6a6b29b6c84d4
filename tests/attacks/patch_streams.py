# attack: puts objects that never return in place of the standard streams | must: timed_out|wrong|crashed|raised
import io
import sys


class Stuck(io.TextIOBase):
    def flush(self):
        while True:
            pass

    def write(self, text):
        return 1 << 60


def mse_loss(pred, target):
    sys.stdout = sys.stderr = Stuck()
    return (pred - target).mean()
