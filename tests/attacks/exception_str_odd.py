# attack: an exception whose text is no ordinary text | must: raised|crashed
class Text(str):
    def __getitem__(self, index):
        return self

    def encode(self, *a):
        return self

    def decode(self, *a):
        return self

    def __len__(self):
        return -1


class Odd(Exception):
    def __str__(self):
        return Text("\ud800 odd " * 1000)


def mse_loss(pred, target):
    raise Odd
