# attack: is right the first time only | must: wrong
COUNT = [0]


def mse_loss(pred, target):
    COUNT[0] += 1
    loss = ((pred - target) ** 2).mean()
    return loss if COUNT[0] == 1 else loss * 1.5
