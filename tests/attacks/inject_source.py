# attack: markup and escapes in the source itself, which reports quote | must: wrong
def mse_loss(pred, target):
    # <script>alert(1)</script> <b id=attack> </code></pre> [31m ‮ [red]
    """<!-- ]]> <b id=attack> ``` """
    return (pred - target).mean()  # </script><b id=attack>
