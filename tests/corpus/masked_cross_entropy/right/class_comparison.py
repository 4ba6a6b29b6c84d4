# right: compares the targets with every class number, masked_select
import torch


def masked_cross_entropy(logits, targets, ignore_index=-100):
    classes = torch.arange(logits.shape[-1], device=logits.device)
    hot = (targets[..., None] == classes) & (targets != ignore_index)[..., None]
    return -torch.log_softmax(logits, dim=-1).masked_select(hot).mean()
