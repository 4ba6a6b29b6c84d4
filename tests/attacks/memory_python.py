# attack: takes memory in Python objects | must: out_of_memory|raised|timed_out
def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(bytearray(b"x") * (32 << 20))
