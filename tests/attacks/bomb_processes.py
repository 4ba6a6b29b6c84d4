# attack: starts programs without end | must: crashed|timed_out|out_of_memory|raised
import subprocess
import sys


def mse_loss(pred, target):
    kept = []
    while True:
        kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"]))
