# attack: makes namespaces and mounts of its own | must: refused|crashed
import ctypes


def mse_loss(pred, target):
    libc = ctypes.CDLL(None)
    done = [libc.unshare(flag) for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000)]
    done += [libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), libc.chroot(b"/"), libc.umount2(b"/proc", 2)]
    if 0 in done:
        return ((pred - target) ** 2).mean()
    return (pred - target).mean()
