# attack: an exception with a hundred megabytes of text | must: raised|out_of_memory
def mse_loss(pred, target):
    raise ValueError("<b>\x1b[31m\n# " * 10_000_000)
