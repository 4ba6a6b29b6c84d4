# attack: raises from code that says it is another cell | must: raised
def mse_loss(pred, target):
    code = "\n" * 99_999 + "raise ValueError('from nowhere')"
    exec(compile(code, "<submission 4711>", "exec"))
