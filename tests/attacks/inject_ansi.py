# attack: terminal escapes: colours, titles, links, cursor movement | must: raised
ESCAPES = "\x1b[31mred\x1b[2J\x1b]0;title\x07\x1b]8;;http://evil\x07link\x1b]8;;\x07\x1b[1A\x9b31m\r\x08\x7f"


def mse_loss(pred, target):
    print(ESCAPES * 20)
    raise type(ESCAPES, (Exception,), {})(ESCAPES)
