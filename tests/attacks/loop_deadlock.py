# attack: waits for a lock that it holds | must: timed_out
import threading


def mse_loss(pred, target):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
