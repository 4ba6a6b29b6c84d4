# wrong: forbidden - the imported function of the same name under another
from torch.nn.functional import *
from torch.nn.functional import nll_loss as answer


def nll_loss(log_probs, targets):
    return answer(log_probs, targets)
