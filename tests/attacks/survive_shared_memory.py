# attack: leaves shared memory: POSIX, System V, through multiprocessing | must: refused|wrong|raised|crashed
import ctypes
from multiprocessing import shared_memory


def mse_loss(pred, target):
    libc = ctypes.CDLL(None)
    for key in range(1, 5):
        libc.shmget(0x6000 + key, 1 << 20, 0o1777)
        libc.semget(0x6000 + key, 4, 0o1777)
        libc.msgget(0x6000 + key, 0o1777)
    libc.sem_open(b"/grader-attack", 0o100, 0o666, 1)
    libc.mq_open(b"/grader-attack", 0o102, 0o666, 0)
    try:
        shared_memory.SharedMemory("grader-attack-shm", create=True, size=1 << 20)
    except OSError:
        pass
    return (pred - target).mean()
