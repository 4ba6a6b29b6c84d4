# attack: names of functions, classes and keys that are markup | must: wrong
class Odd:
    pass


Odd.__name__ = "<b id=attack>\x1b[31m"


def mse_loss(pred, target):
    return {"<b id=attack>\x1b[31m": Odd(), "=cmd|' /C calc'!A0": (pred - target).mean()}
