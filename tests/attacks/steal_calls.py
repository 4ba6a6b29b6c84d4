# attack: makes every dangerous system call by number | must: refused
import ctypes, os
l = ctypes.CDLL(None, use_errno=True)
def mse_loss(pred, target):
    ok = []
    calls = dict(ptrace=101, unshare=272, setns=308, mount=165, keyctl=250, add_key=248, bpf=321, perf=298, uffd=323, uring=425, memfd=319, pvr=310, pidfd_getfd=438, pivot=155, chroot=161, personality=135, kexec=246, fanotify=300, msgget=68, shmget=29, mq=240, clone3=435, memfd_secret=447, obh=304, modify_ldt=154, setsid=112)
    args = {'unshare': (0x10000000,), 'memfd': (b'x', 0), 'shmget': (0, 4096, 0o1777), 'msgget': (0, 0o1777), 'uring': (8, ctypes.create_string_buffer(200)), 'uffd': (1,), 'keyctl': (0, -3, 1), 'add_key': (b'user', b'grader-attack', b'x', 1, -3), 'fanotify': (0,0), 'chroot': (b'/',)}
    for n, c in calls.items():
        r = l.syscall(c, *args.get(n, (0,0,0,0,0)))
        if r >= 0 and n not in ('personality',): ok.append((n, r))
    if ok: raise RuntimeError(f'allowed {ok}')
    return (pred-target).abs().mean()
