# attack: hides its source in a string | must: refused
def mse_loss(pred, target):
    scope = {"pred": pred, "target": target}
    exec("import torch; torch._C._DisableTorchDispatch().__enter__(); loss = torch._C._nn.mse_loss(pred, target, 1)", scope)
    return scope["loss"]
