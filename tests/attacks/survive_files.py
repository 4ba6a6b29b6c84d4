# attack: leaves files wherever it can | must: wrong|raised
import os


def mse_loss(pred, target):
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "/root", "/work", "..", "../..", "/proc/self/cwd", "/sys/fs/cgroup"):
        try:
            open(os.path.join(folder, "grader-attack"), "w").write("x")
        except OSError:
            pass
        try:
            os.mkdir(os.path.join(folder, "grader-attack-folder"))
        except OSError:
            pass
    return (pred - target).mean()
