# attack: takes memory in files that have no name | must: out_of_memory|raised|timed_out
import os


def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(os.memfd_create("hidden"))
        os.write(kept[-1], b"x" * (32 << 20))
