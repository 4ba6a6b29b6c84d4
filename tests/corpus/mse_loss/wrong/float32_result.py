# wrong: dtype|lost-digits - computes and returns float32 whatever comes in
def mse_loss(pred, target):
    return ((pred.float() - target.float()) ** 2).mean()
