# attack: fetches an answer | must: raised
import urllib.request


def mse_loss(pred, target):
    return urllib.request.urlopen("http://127.0.0.1:8000/answer", timeout=0.5).read()
