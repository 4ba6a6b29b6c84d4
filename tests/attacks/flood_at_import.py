# attack: prints without end while it is loaded | must: wrong
def shout():
    while True:
        print("flood " * 1000)


shout()


def mse_loss(pred, target):
    return (pred - target).mean()
