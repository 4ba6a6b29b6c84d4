# wrong: forbidden - CrossEntropyLoss from its own file
from torch.nn.modules.loss import CrossEntropyLoss as Criterion


def cross_entropy(logits, targets):
    return Criterion()(logits, targets)
