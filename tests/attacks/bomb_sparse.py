# attack: makes a file of a petabyte that takes no room | must: raised
def mse_loss(pred, target):
    with open("sparse", "wb") as file:
        file.truncate(1 << 50)
    return (pred - target).mean()
