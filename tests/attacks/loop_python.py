# attack: a loop that never ends | must: timed_out
def mse_loss(pred, target):
    while True:
        pass
