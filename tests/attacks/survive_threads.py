# attack: leaves threads that never end, and tasks in pools | must: wrong|raised|crashed|timed_out
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

POOLS = []


def mse_loss(pred, target):
    POOLS.append(ThreadPoolExecutor(4))
    POOLS[-1].submit(time.sleep, 3600)
    try:
        POOLS.append(ProcessPoolExecutor(2))
        POOLS[-1].submit(time.sleep, 3600)
    except OSError:
        pass
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(3600,), daemon=False).start()
    return (pred - target).mean()
