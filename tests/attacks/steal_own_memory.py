# attack: searches its own memory, inherited pages too, for the text of the reference | must: wrong
NEEDLE = "sum_instead_" + "of_mean"


def mse_loss(pred, target):
    wanted = NEEDLE.encode()
    try:
        with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
            for line in maps:
                if "rw" not in line:
                    continue
                first, last = (int(part, 16) for part in line.split()[0].split("-"))
                if last - first > 64 << 20:
                    continue
                try:
                    memory.seek(first)
                    data = memory.read(last - first)
                except (OSError, ValueError):
                    continue
                place = data.find(b"def " + wanted)
                if place >= 0:
                    return ((pred - target) ** 2).mean()
    except OSError:
        pass
    return (pred - target).mean()
