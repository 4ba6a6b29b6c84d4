# attack: an exception whose class lies about its name and its bases | must: raised|crashed
class Meta(type):
    @property
    def __mro__(cls):
        return (Meta, 3, None)

    @property
    def __name__(cls):
        return "\x1b[31m<script>" * 100_000


class Odd(Exception, metaclass=Meta):
    pass


def mse_loss(pred, target):
    raise Odd("x")
