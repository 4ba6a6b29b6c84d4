# attack: writes one byte at a time, from several threads | must: wrong|crashed|timed_out
import os
import threading


def drip():
    while True:
        os.write(2, b"x")


def mse_loss(pred, target):
    for _ in range(3):
        threading.Thread(target=drip, daemon=True).start()
    return (pred - target).mean()
