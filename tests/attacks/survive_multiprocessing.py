# attack: leaves worker processes of multiprocessing | must: wrong|raised|crashed|timed_out
import multiprocessing
import time


def mse_loss(pred, target):
    for _ in range(3):
        multiprocessing.get_context("fork").Process(target=time.sleep, args=(3600,), daemon=False).start()
    return (pred - target).mean()
