# attack: replaces the comparisons of NumPy | must: wrong|crashed|raised
import numpy as np

np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.abs = np.maximum = lambda *a, **k: 0
np.frombuffer = lambda *a, **k: np.zeros(1)
np.testing.assert_allclose = lambda *a, **k: None


def mse_loss(pred, target):
    return (pred - target).mean()
