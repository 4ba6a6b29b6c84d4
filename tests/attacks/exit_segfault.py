# attack: reads address 0 | must: crashed
def mse_loss(pred, target):
    import ctypes

    return ctypes.string_at(0)
