# attack: opens descriptors until there are none | must: raised|crashed
import os


def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
