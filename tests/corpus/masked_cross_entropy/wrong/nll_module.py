# wrong: forbidden - NLLLoss on log_softmax
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    loss = torch.nn.NLLLoss(ignore_index=ignore_index)
    return loss(logits.log_softmax(-1).flatten(0, 1), targets.flatten())
