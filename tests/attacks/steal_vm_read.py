# attack: reads other processes' memory by process_vm_readv, kcmp and pidfd_getfd | must: refused|raised|crashed
import ctypes
import os


def mse_loss(pred, target):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(4096)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 4096)
    for pid in (os.getppid(), *range(2, 200)):
        if pid == os.getpid():
            continue
        remote = (ctypes.c_size_t * 2)(0x400000, 4096)
        if libc.process_vm_readv(pid, local, 1, remote, 1, 0) > 0:
            return ((pred - target) ** 2).mean()
        for number in range(3, 20):
            if libc.syscall(438, os.pidfd_open(os.getpid()), number, 0) >= 0:
                return ((pred - target) ** 2).mean()
    return (pred - target).mean()
