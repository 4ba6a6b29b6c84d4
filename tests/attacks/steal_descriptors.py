# attack: reads every descriptor that it has inherited | must: wrong|crashed|timed_out|raised
import os


def mse_loss(pred, target):
    found = b""
    for number in range(3, 256):
        try:
            os.set_blocking(number, False)
            found += os.read(number, 1 << 16)
        except OSError:
            pass
    if b"expected" in found:
        return ((pred - target) ** 2).mean()
    return (pred - target).mean()
