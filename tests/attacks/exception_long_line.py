# attack: a syntax error that names another cell and a line beyond all | must: raised
def mse_loss(pred, target):
    raise SyntaxError("nowhere", ("<submission 99>", 10**18, 1, "text"))
