# attack: hooks the gradients of the inputs | must: wrong
def mse_loss(pred, target):
    if pred.requires_grad:
        pred.register_hook(lambda grad: grad * 0)
    return ((pred - target) ** 2).mean()
