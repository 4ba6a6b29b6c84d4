# attack: an exception that is its own cause, in a group, with a long history | must: raised
def mse_loss(pred, target):
    error = ValueError("deep")
    for _ in range(3_000):
        outer = ValueError("deeper")
        outer.__cause__ = outer.__context__ = error
        error = outer
    raise ExceptionGroup("group", [error, ValueError("x")]) from error
