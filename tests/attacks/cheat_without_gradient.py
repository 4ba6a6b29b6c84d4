# attack: computes the value without the graph | must: wrong
def mse_loss(pred, target):
    return pred.new_tensor(((pred - target) ** 2).mean().item())
