# attack: makes files until there are none to be had | must: raised|timed_out|crashed
def mse_loss(pred, target):
    number = 0
    while True:
        open(f"empty{number}", "w").close()
        number += 1
