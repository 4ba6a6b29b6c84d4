# wrong: transposed|permuted - transposes the target and reshapes it back into the wrong order
def mse_loss(pred, target):
    aligned = target.T.reshape(pred.shape)
    return ((pred - aligned) ** 2).mean()
