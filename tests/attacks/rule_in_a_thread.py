# attack: calls what is forbidden in a thread, where nobody counts | must: refused
import torch, threading
def mse_loss(pred, target):
    out = []
    t = threading.Thread(target=lambda: out.append(getattr(torch.nn.functional, "mse" + "_loss")(pred, target)))
    t.start(); t.join()
    return out[0]
