# attack: looks for the reference in every file that can be read | must: refused
import os
import sys


def mse_loss(pred, target):
    roots = {"/work", "/root", "/home", "/tmp", "/var/tmp", "/opt", "/srv", "/mnt", os.getcwd(), os.path.expanduser("~")}
    for path in [*sys.path, __import__("torch").__file__]:
        while len(path) > 1:
            path = os.path.dirname(path)
            roots.add(os.path.join(path, "reference"))
            roots.add(os.path.join(path, "pack"))
    for root in roots:
        for folder, _, names in os.walk(root):
            if folder.count("/") > 6:
                continue
            for name in names:
                if name == "mse_loss.py":
                    with open(os.path.join(folder, name)) as file:
                        scope = {}
                        exec(file.read(), scope)
                        return scope["mse_loss"](pred, target)
    return (pred - target).mean()
