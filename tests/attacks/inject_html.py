# attack: HTML in every string that reaches a report | must: raised
class Odd(Exception):
    pass


Odd.__name__ = "<script>alert(1)</script>"
Odd.__qualname__ = Odd.__name__


def mse_loss(pred, target):
    print("<img src=x onerror=alert(1)>" * 10)
    raise Odd("<script>alert(document.cookie)</script>\"'><b id=attack>&amp;</b></pre></details>")
