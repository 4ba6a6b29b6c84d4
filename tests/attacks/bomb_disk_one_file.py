# attack: writes one endless file | must: raised|timed_out|out_of_memory|crashed
def mse_loss(pred, target):
    with open("endless", "wb") as file:
        while True:
            file.write(b"x" * (8 << 20))
