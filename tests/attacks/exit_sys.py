# attack: sys.exit | must: raised
import sys


def mse_loss(pred, target):
    sys.exit(0)
