# wrong: forbidden|exception - calls the library's focal loss
def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    from torchvision.ops import sigmoid_focal_loss

    return alpha * sigmoid_focal_loss(logits, targets, alpha=-1, gamma=gamma, reduction="mean")
