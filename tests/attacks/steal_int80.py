# attack: makes system calls of other architectures | must: refused|crashed
import ctypes, mmap
def mse_loss(pred, target):
    l = ctypes.CDLL(None, use_errno=True)
    if l.syscall(0x40000000|41, 2, 1, 0) >= 0: raise RuntimeError('x32')
    m = mmap.mmap(-1, 4096, prot=7)
    m.write(bytes.fromhex('b814000000cd80c3'))  # getpid by int80
    f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
    r = f()
    if r > 0: raise RuntimeError(f'int80 {r}')
    return (pred-target).abs().mean()
