# attack: traces the code that watches it and changes its variables | must: refused|wrong|crashed|raised|timed_out
import sys


def trace(frame, event, arg):
    if event == "return" and frame.f_code.co_name == "to_node":
        frame.f_locals["array"] = None
    return trace


sys.settrace(trace)
sys.setprofile(lambda *a: None)


def mse_loss(pred, target):
    sys.settrace(trace)
    return (pred - target).mean()
