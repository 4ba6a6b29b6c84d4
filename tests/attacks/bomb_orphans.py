# attack: leaves thousands of orphans that end at once | must: refused|timed_out|raised|crashed
import os


def mse_loss(pred, target):
    for _ in range(300):
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
        os.wait()
    return (pred - target).mean()
