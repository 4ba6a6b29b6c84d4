# attack: returns a list that holds itself many times | must: timed_out|out_of_memory|crashed
def mse_loss(pred, target):
    loop = []
    loop += [loop] * 50
    return loop
