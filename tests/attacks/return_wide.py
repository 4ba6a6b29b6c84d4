# attack: returns ten million numbers in a list | must: wrong|crashed|timed_out|out_of_memory
def mse_loss(pred, target):
    return [0.5] * 10_000_000
