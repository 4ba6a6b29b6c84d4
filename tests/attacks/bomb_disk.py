# attack: fills the disk | must: raised|timed_out|out_of_memory|crashed
import os


def mse_loss(pred, target):
    number = 0
    while True:
        with open(f"full{number}", "wb") as file:
            file.write(b"x" * (50 << 20))
        number += 1
