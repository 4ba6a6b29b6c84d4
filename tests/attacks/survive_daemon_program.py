# attack: leaves a program in a session of its own, without a word that is refused | must: wrong|raised|crashed
import subprocess
import sys


def mse_loss(pred, target):
    for options in ({"start_new_session": True}, {"process_group": 0}, {}):
        try:
            subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(3600)"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options,
            )
        except (OSError, subprocess.SubprocessError):
            pass
    return (pred - target).mean()
