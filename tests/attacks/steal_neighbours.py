# attack: reads other submissions' folders | must: wrong
import glob
import os


def mse_loss(pred, target):
    own = os.getcwd()
    for path in glob.glob("/tmp/grader-*/w*/scratch") + glob.glob(os.path.join(own, "..", "..", "w*", "scratch")):
        if os.path.realpath(path) != os.path.realpath(own):
            try:
                os.listdir(path)
            except OSError:
                continue
            return ((pred - target) ** 2).mean()
    return (pred - target).mean()
