# attack: stops the clocks, then sleeps | must: timed_out
import time

REAL = time.sleep
time.time = time.monotonic = time.perf_counter = lambda: 0.0
time.time_ns = time.monotonic_ns = lambda: 0


def mse_loss(pred, target):
    REAL(1000)
    return ((pred - target) ** 2).mean()
