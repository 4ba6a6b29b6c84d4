# right: boolean indexing into over- and underestimates
def l1_loss(pred, target):
    over = pred > target
    up = (pred - target)[over].sum()
    down = (target - pred)[~over].sum()
    return (up + down) / over.numel()
