# attack: hands the starter back | must: not_attempted
def mse_loss(pred, target):
    raise NotImplementedError
