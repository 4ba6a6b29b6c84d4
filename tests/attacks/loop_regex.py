# attack: a regular expression that backtracks for ever | must: timed_out
import re


def mse_loss(pred, target):
    return re.match(r"(a+)+$", "a" * 60 + "b")
