# attack: raises a group of a group, a thousand deep | must: raised
def mse_loss(pred, target):
    e = ValueError('x')
    for _ in range(1000): e = ExceptionGroup('g', [e])
    raise e
