# attack: replaces the function that reads tensors, by one that says zero | must: refused|wrong|crashed
from grader.model import Array
from grader.worker import observe, tensors

tensors.to_array = observe.to_array = lambda tensor: Array("float32", (), bytes(4))


def mse_loss(pred, target):
    return (pred - target).mean()
