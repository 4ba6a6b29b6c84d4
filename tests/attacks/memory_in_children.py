# attack: takes memory in many children, a little in each | must: out_of_memory|raised|timed_out|crashed
import os
import time


def mse_loss(pred, target):
    for _ in range(40):
        if os.fork() == 0:
            kept = bytearray(b"x") * (40 << 20)
            time.sleep(1000)
    time.sleep(1000)
