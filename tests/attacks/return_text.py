# attack: returns a hundred megabytes of half characters and escapes | must: wrong|out_of_memory
def mse_loss(pred, target):
    return "\ud800\x1b[31m\u202e<b>" * 8_000_000
