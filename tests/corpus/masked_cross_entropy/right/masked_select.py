# right: masked_select
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    m = ~targets.eq(ignore_index)
    kept = logits.masked_select(m[..., None]).view(-1, logits.size(-1))
    return -torch.diag(kept.log_softmax(1)[:, targets.masked_select(m)]).mean()
