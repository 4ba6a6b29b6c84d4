# attack: characters that turn text around or cannot be seen | must: raised
def mse_loss(pred, target):
    text = "\u202e\u2066\u200b\ufeff\U000e0041\ue000" + "a" + "\u0301" * 1000
    print(text)
    raise ValueError(text)
