# attack: takes memory in shared mappings, which RLIMIT_DATA does not count | must: out_of_memory|raised|timed_out
import mmap


def mse_loss(pred, target):
    kept = []
    while True:
        area = mmap.mmap(-1, 32 << 20)
        for page in range(0, 32 << 20, 4096):
            area[page] = 1
        kept.append(area)
