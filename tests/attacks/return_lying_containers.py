# attack: returns lists and dicts of classes whose length, order and names lie | must: wrong|raised|crashed
class Meta(type):
    @property
    def __name__(cls):
        return "float32 tensor ()"


class List(list, metaclass=Meta):
    def __len__(self):
        return 0

    def __iter__(self):
        return iter([self])

    def __getitem__(self, index):
        return self


def mse_loss(pred, target):
    return List([pred])
