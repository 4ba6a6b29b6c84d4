# right: positives and negatives apart
import torch.nn.functional as F


def bce_with_logits(logits, targets):
    yes, no = logits[targets == 1], logits[targets == 0]
    return -(F.logsigmoid(yes).sum() + F.logsigmoid(-no).sum()) / logits.shape[0]
