# attack: Markdown and rich markup that would make passing lines | must: raised
def mse_loss(pred, target):
    text = "\n# passed\n| a | b |\n[link](javascript:alert(1)) ![x](http://evil/x.png) [bold]5.0 of 5.0 points[/bold] `` ` ``"
    print(text)
    raise ValueError(text)
