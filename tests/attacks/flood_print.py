# attack: prints without end | must: crashed|out_of_memory|timed_out
def mse_loss(pred, target):
    while True:
        print("flood " * 1000)
