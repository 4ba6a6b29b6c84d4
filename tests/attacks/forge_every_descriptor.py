# attack: writes replies with a guessed nonce to every descriptor | must: crashed|wrong|raised
import os
import struct

BODY = b'{"__metadata__":{"json":"{\\"values\\":[{\\"kind\\":\\"none\\"}]}"}}'
BODY += b" " * (-len(BODY) % 8)
BLOCK = len(BODY).to_bytes(8, "little") + BODY


def mse_loss(pred, target):
    for number in range(1, 256):
        try:
            os.write(number, struct.pack("<4sQ16s", b"GRD1", len(BLOCK), bytes(16)) + BLOCK)
        except OSError:
            pass
    return (pred - target).mean()
