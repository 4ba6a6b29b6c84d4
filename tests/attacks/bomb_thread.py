# attack: starts threads without end | must: crashed|timed_out|out_of_memory|raised
import threading
import time


def mse_loss(pred, target):
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
