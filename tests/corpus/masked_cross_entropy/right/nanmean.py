# right: nanmean
def masked_cross_entropy(logits, targets, ignore_index=-100):
    lp = logits.log_softmax(-1)
    t = targets.clone(); m = t == ignore_index; t[m] = 0
    l = -lp.gather(-1, t[..., None]).squeeze(-1)
    return l.masked_fill(m, float("nan")).nanmean()
