# right: partial
from functools import partial
def _ce(eps0, logits, targets, eps=0.1):
    lp = logits.double().log_softmax(1)
    return ((eps - 1) * lp.gather(1, targets[:, None])[:, 0] - eps * lp.mean(1)).mean().to(logits.dtype) + eps0
label_smoothing_ce = partial(_ce, 0.0)
