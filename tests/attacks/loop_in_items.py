# attack: a returned dict whose items never end | must: timed_out|out_of_memory
class Endless(dict):
    def items(self):
        while True:
            yield "a", 1


def mse_loss(pred, target):
    return Endless(a=1)
