# attack: leaves folders that nobody may enter, and links out of its own | must: wrong|raised|crashed
import os


def mse_loss(pred, target):
    for name in ("one", "two"):
        if not os.path.exists(name):
            os.makedirs(f"{name}/inner")
            open(f"{name}/inner/file", "w").close()
            os.chmod(f"{name}/inner", 0)
            os.chmod(name, 0)
    for name, place in (("home", "/root"), ("all", "/"), ("up", "../..")):
        if not os.path.lexists(name):
            os.symlink(place, name)
    return (pred - target).mean()
