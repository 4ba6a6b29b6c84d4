# attack: catches BaseException and goes on | must: timed_out
def mse_loss(pred, target):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
