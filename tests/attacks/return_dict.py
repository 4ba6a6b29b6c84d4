# attack: returns a dict with hostile keys | must: wrong
def mse_loss(pred, target):
    keys = ["<script>alert(1)</script>", "\x1b[2J", "=1+1", "a|b\n# c", "\ud800", "x" * 100_000, 1, None, ("a",)]
    return {key: ((pred - target) ** 2).mean() for key in keys}
