# attack: arithmetic on numbers with a billion digits | must: timed_out|out_of_memory|raised
def mse_loss(pred, target):
    return 7 ** (7 ** 12)
