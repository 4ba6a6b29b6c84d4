# attack: takes memory in small objects | must: out_of_memory|raised|timed_out
def mse_loss(pred, target):
    kept = []
    while True:
        kept = [kept, "x" * 1000, bytes(1000)]
