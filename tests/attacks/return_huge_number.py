# attack: returns a number with five million digits | must: raised|wrong|timed_out
def mse_loss(pred, target):
    return 1 << 16_000_000
